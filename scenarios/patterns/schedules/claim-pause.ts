import type { Schedule } from '../schedule.ts';

/** A worker stands still between its claim and its write for longer than the claim lasts; another one takes over, and the input changes. */
export const claimPause: Schedule = {
  name: 'claim-pause',
  number: 7,
  summary: 'a worker is paused for longer than its claim lasts, and goes on',
  minutes: 5,
  options: { computeMs: 2000 },
  rule: 'pattern.once',
  breaks: 'P4',
  survivor: 'P1+2+7',
  async run(lab) {
    const paused = await lab.worker();
    const other = await lab.worker();
    const first = lab.deliver([paused, other], lab.job(1, 1), 60, 40_000);
    await lab.wait(1000);
    paused.process.freeze();
    await lab.wait(75_000);
    await first.settled;
    const newer = lab.deliver([other], lab.job(1, 2));
    await newer.settled;
    paused.process.resume();
    await lab.wait(60_000);
    await lab.observe(other, first);
    await lab.observe(other, newer);
  },
};
