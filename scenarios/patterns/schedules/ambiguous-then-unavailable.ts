import type { Schedule } from '../schedule.ts';

/** The answer to a first attempt is lost; when the driver tries the next coordinators, each sees no other replica: the caller gets a plain Unavailable for what was written (cassandra-and-live 57). */
export const ambiguousThenUnavailable: Schedule = {
  name: 'ambiguous-then-unavailable',
  number: 2,
  summary: 'an attempt whose answer is lost is followed by an honest Unavailable',
  minutes: 4,
  options: { claimTtlSeconds: 900 },
  rule: 'pattern.done',
  breaks: 'P4',
  survivor: 'P1+2+7',
  async run(lab) {
    const worker = await lab.worker({ timeoutMs: 25_000 });
    const delivery = lab.deliver([worker], lab.job(1, 1), 300, 120_000);
    await lab.wait(lab.draw(0, 60));
    const nodes = lab.ring.nodes.map((node) => node.host);
    const answers = lab.cut(nodes, [worker.host], true);
    await lab.wait(1000);
    const heals = [lab.cutNodes([0], [1, 2]), lab.cutNodes([1], [2])];
    await lab.wait(20_000);
    answers();
    await lab.wait(40_000);
    for (const heal of heals) heal();
    await delivery.settled;
    await lab.wait(30_000);
    await lab.observe(worker, delivery);
  },
};
