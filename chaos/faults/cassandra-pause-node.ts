import { lastingFault } from '../fault.ts';
import { numberOf } from '../parameter.ts';
import { cassandraCountParameter, runningNodes } from '../server-choice.ts';

/** Stops Cassandra nodes with their connections open. */
export const cassandraPauseNode = lastingFault({
  kind: 'cassandra.pause-node',
  summary: 'Cassandra nodes stand still with their connections open',
  effect:
    'The process answers nothing and keeps what arrives: requests to it as coordinator wait for the driver’s time-out, quorums go on without it. Its peers convict it after 10 to 18 s. When it goes on, messages that are too old are dropped.',
  live: 'kill -STOP and kill -CONT of the JVM; a long garbage collection',
  rulesUsuallyHit: ['budget.processing', 'durability.acknowledged', 'effect.exactly-once'],
  typicalDurationMs: [2_000, 60_000],
  parameters: [cassandraCountParameter],
  impact: () => ({ dependency: 'cassandra', big: true, storageLost: 0, groupSize: 3, settleMs: 60_000 }),
  begin(world, values, random) {
    const ring = world.cassandra;
    const paused = runningNodes(ring, numberOf(values, 'count'), random);
    for (const { index } of paused) ring.pauseNode(index);
    return {
      targets: paused.map(({ node }) => node.name),
      hits: () => paused.length,
      end: () => {
        for (const { index } of paused) ring.resumeNode(index);
      },
    };
  },
});
