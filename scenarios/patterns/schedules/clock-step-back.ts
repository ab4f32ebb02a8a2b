import type { Schedule } from '../schedule.ts';

/** A machine’s clock goes back 5 s while its worker restarts, so that no driver remembers what it had reached. */
export const clockStepBack: Schedule = {
  name: 'clock-step-back',
  number: 9,
  summary: 'NTP steps a clock back by 5 s across the restart of a worker',
  minutes: 3,
  options: {},
  rule: 'pattern.kept',
  breaks: 'P7',
  survivor: 'P1+2+7',
  async run(lab) {
    const worker = await lab.worker({ offsetMs: 20_000 });
    await lab.deliver([worker], lab.job(1, 1)).settled;
    worker.clock.step(-25_000_000);
    await lab.restart(worker);
    const newer = lab.deliver([worker], lab.job(1, 2));
    await newer.settled;
    await lab.wait(10_000);
    await lab.observe(worker, newer);
  },
};
