import { lastingFault } from '../fault.ts';
import { runningNodes } from '../server-choice.ts';

const oneNode = 1;

/** Kills a Cassandra node and empties its disk; it is rebuilt at the end. */
export const cassandraLoseDisk = lastingFault({
  kind: 'cassandra.lose-disk',
  summary: 'a Cassandra node dies and its disk is lost',
  effect:
    'What the node stored is gone, and so are the hints and the batches it kept for others. At the end it is replaced: it gets its data from the other replicas before it serves.',
  live: 'kill -9 of the JVM and rm -r of its data, commit log, hints; start with replace_address_first_boot',
  rulesUsuallyHit: ['durability.acknowledged', 'result.fault-free', 'budget.processing'],
  typicalDurationMs: [60_000, 600_000],
  parameters: [],
  impact: () => ({ dependency: 'cassandra', big: true, storageLost: 1, groupSize: 3, settleMs: 120_000 }),
  begin(world, _values, random) {
    const ring = world.cassandra;
    const lost = runningNodes(ring, oneNode, random);
    for (const { index } of lost) ring.loseDisk(index);
    return {
      targets: lost.map(({ node }) => node.name),
      hits: () => lost.length,
      end: () => {
        for (const { index } of lost) ring.rebuildNode(index);
      },
    };
  },
});
