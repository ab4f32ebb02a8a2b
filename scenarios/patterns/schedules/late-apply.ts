import type { Schedule } from '../schedule.ts';

/** All replicas are so slow that the client gives up and comes again; its first write lands after its second one, and after its successor. */
export const lateApply: Schedule = {
  name: 'late-apply',
  number: 1,
  summary: 'a write times out, is repeated and replaced, and then it is applied',
  minutes: 3,
  options: {},
  rule: 'pattern.once',
  breaks: 'P8',
  survivor: 'P1+2+7',
  async run(lab) {
    const worker = await lab.worker({ timeoutMs: 2500 });
    const slow = [0, 1, 2].map((node) => lab.ring.slowNode(node, 1500));
    const { job } = lab.deliver([worker], lab.job(1, 1), 1);
    await lab.wait(2200);
    for (const each of slow) each.lift();
    await lab.wait(400);
    const again = lab.deliver([worker], job);
    await again.settled;
    const successor = lab.deliver([worker], lab.job(1, 2));
    await successor.settled;
    await lab.wait(60_000);
    await lab.observe(worker, again);
    await lab.observe(worker, successor);
  },
};
