import type { Schedule } from '../schedule.ts';

/** One worker’s clock is a day ahead for one write. */
export const farFuture: Schedule = {
  name: 'far-future',
  number: 10,
  summary: 'one write carries a timestamp of tomorrow',
  minutes: 3,
  options: {},
  rule: 'pattern.kept',
  breaks: 'P7',
  survivor: 'P1+2+7',
  async run(lab) {
    const ahead = await lab.worker({ offsetMs: 86_400_000 });
    const worker = await lab.worker();
    // Taken from the source of the event, whose clock is right.
    await lab.deliver([ahead], lab.job(1, 1)).settled;
    await lab.wait(60_000);
    const newer = lab.deliver([worker], lab.job(1, 2));
    await newer.settled;
    await lab.observe(worker, newer);
  },
};
