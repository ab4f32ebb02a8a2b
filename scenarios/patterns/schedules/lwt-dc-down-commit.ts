import type { Schedule } from '../schedule.ts';

/** A claim is accepted by the local data centre, and its commit finds the other one down: Unavailable, although it is decided (cassandra-and-live 49). */
export const lwtDcDownCommit: Schedule = {
  name: 'lwt-dc-down-commit',
  number: 16,
  summary: 'a claim is decided and answered with Unavailable',
  minutes: 6,
  options: {
    claimTtlSeconds: 900,
    ring: {
      datacentres: [
        { name: 'east', nodeCount: 3, replicationFactor: 3, racks: 3 },
        { name: 'west', nodeCount: 3, replicationFactor: 3, racks: 3 },
      ],
    },
  },
  rule: 'pattern.done',
  breaks: 'P4',
  survivor: 'P4+',
  async run(lab) {
    const worker = await lab.worker({ policy: { localDatacentre: 'east' } });
    const heal = lab.cutNodes([0, 1, 2], [3, 4, 5]);
    await lab.wait(25_000);
    const delivery = lab.deliver([worker], lab.job(1, 1), 100);
    await lab.wait(60_000);
    heal();
    await Promise.race([delivery.settled, lab.wait(120_000)]);
    await lab.wait(30_000);
    await lab.observe(worker, delivery);
  },
};
