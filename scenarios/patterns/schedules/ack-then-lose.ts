import type { Schedule } from '../schedule.ts';

/** A node that is cut off from its peers takes a write alone, and loses its disk before it could pass it on. */
export const ackThenLose: Schedule = {
  name: 'ack-then-lose',
  number: 3,
  summary: 'the only replica that took an acknowledged write loses its disk',
  minutes: 4,
  options: {},
  rule: 'pattern.kept',
  breaks: 'P1',
  survivor: 'P1+2+7',
  async run(lab) {
    const alone = await lab.worker({ only: [0], timeoutMs: 3000 });
    const other = await lab.worker({ only: [1], timeoutMs: 3000 });
    const heal = lab.cutNodes([0], [1, 2]);
    const delivery = lab.deliver([alone, other], lab.job(1, 1));
    await lab.wait(4000);
    lab.ring.loseDisk(0);
    heal();
    await lab.wait(20_000);
    lab.ring.restartNode(0);
    await lab.wait(90_000);
    lab.ring.repairNow();
    await lab.observe(other, delivery);
  },
};
