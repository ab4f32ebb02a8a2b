import type { Schedule } from '../schedule.ts';
import { claimTable } from '../tables.ts';
import { jobName } from '../write-pattern.ts';

/** A claim reaches one replica of three and its owner dies; 10 minutes later an unrelated SERIAL read finishes the round. */
export const casHalfAccept: Schedule = {
  name: 'cas-half-accept',
  number: 6,
  summary: 'a half-accepted claim of a dead worker is decided 10 min later',
  minutes: 35,
  options: { claimTtlSeconds: 900 },
  rule: 'pattern.done',
  breaks: 'P4',
  survivor: 'P4+',
  async run(lab) {
    const owner = await lab.worker({ only: [0], timeoutMs: 3000 });
    const next = await lab.worker({ only: [1, 2] });
    const { job } = lab.deliver([owner], lab.job(1, 1), 1);
    await lab.wait(lab.draw(5, 45));
    const heal = lab.cutNodes([0], [1, 2], true);
    await lab.wait(2500);
    lab.kill(owner);
    heal();
    await lab.wait(600_000);
    // The replica that accepted must be among those that are asked.
    lab.ring.killNode(2);
    await lab.wait(20_000);
    await next.attempt(
      { kind: 'select', table: claimTable, values: { job: jobName(job) } },
      { consistency: 'SERIAL' },
    );
    lab.ring.restartNode(2);
    await lab.wait(60_000);
    const delivery = lab.deliver([next], job, 1500);
    await Promise.race([delivery.settled, lab.wait(1_200_000)]);
    await lab.observe(next, delivery);
  },
};
