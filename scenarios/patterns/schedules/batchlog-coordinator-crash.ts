import type { Schedule } from '../schedule.ts';

/** A coordinator dies while it stores a result with what belongs to it, and its client with it. */
export const batchlogCoordinatorCrash: Schedule = {
  name: 'batchlog-coordinator-crash',
  number: 12,
  summary: 'a coordinator dies between the log of a batch and its writes',
  minutes: 4,
  options: {},
  rule: 'pattern.once',
  breaks: 'P5',
  survivor: 'P6',
  async run(lab) {
    const first = await lab.worker({ only: [0], timeoutMs: 3000 });
    const other = await lab.worker({ only: [1, 2] });
    const { job } = lab.deliver([first], lab.job(1, 1), 1);
    await lab.wait(lab.draw(22, 36));
    lab.ring.killNode(0);
    lab.kill(first);
    await lab.wait(60_000);
    const delivery = lab.deliver([other], job);
    await delivery.settled;
    lab.ring.restartNode(0);
    await lab.wait(60_000);
    await lab.observe(other, delivery);
  },
};
