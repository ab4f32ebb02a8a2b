import type { Schedule } from '../schedule.ts';

/** Two data centres lose each other; in each a worker whose clock is 2 s off goes on, on the same jobs. */
export const dcSplit: Schedule = {
  name: 'dc-split',
  number: 5,
  summary: 'both halves of a split work on the same jobs, with clocks 4 s apart',
  minutes: 5,
  options: {
    claimConsistency: 'LOCAL_QUORUM',
    ring: {
      datacentres: [
        { name: 'east', nodeCount: 3, replicationFactor: 3, racks: 3 },
        { name: 'west', nodeCount: 3, replicationFactor: 3, racks: 3 },
      ],
    },
  },
  rule: 'pattern.kept',
  breaks: 'P7',
  survivor: 'P1+2+7',
  async run(lab) {
    const east = await lab.worker({ offsetMs: 2000, policy: { localDatacentre: 'east' } });
    const west = await lab.worker({ offsetMs: -2000, policy: { localDatacentre: 'west' } });
    const heal = lab.cutNodes([0, 1, 2], [3, 4, 5]);
    const older = lab.deliver([east], lab.job(1, 1));
    const twice = [lab.deliver([east], lab.job(2, 1)), lab.deliver([west], lab.job(2, 1))];
    await lab.wait(1000);
    const newer = lab.deliver([west], lab.job(1, 2));
    await lab.wait(60_000);
    heal();
    await Promise.all([older, newer, ...twice].map((each) => each.settled));
    await lab.wait(90_000);
    lab.ring.repairNow();
    await lab.observe(east, newer);
    for (const each of twice) await lab.observe(east, each);
  },
};
