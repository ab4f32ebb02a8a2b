import { lastingFault } from '../fault.ts';
import { numberOf, textOf } from '../parameter.ts';
import { cassandraCountParameter, runningNodes } from '../server-choice.ts';

/** Takes Cassandra nodes down, by kill or by power loss. */
export const cassandraKillNode = lastingFault({
  kind: 'cassandra.kill-node',
  summary: 'Cassandra nodes go down, and come back at the end',
  effect:
    'kill: the process dies, its peers see closed connections; what the commit log holds is replayed at the start. power-loss: the machine falls silent and up to 10 s of the commit log are missing. Writes meanwhile are kept as hints by the coordinators.',
  live: 'kill -9 of the JVM; power off the machine for power-loss',
  rulesUsuallyHit: ['durability.acknowledged', 'budget.processing', 'effect.exactly-once'],
  typicalDurationMs: [20_000, 600_000],
  parameters: [
    cassandraCountParameter,
    {
      name: 'how',
      type: 'choice',
      choices: ['kill', 'power-loss'],
      default: 'kill',
      doc: 'whether the operating system survives',
    },
  ],
  impact: (values) => ({
    dependency: 'cassandra',
    big: true,
    storageLost: textOf(values, 'how') === 'power-loss' ? numberOf(values, 'count') : 0,
    groupSize: 3,
    settleMs: 60_000,
  }),
  begin(world, values, random) {
    const ring = world.cassandra;
    const down = runningNodes(ring, numberOf(values, 'count'), random);
    for (const { index } of down) {
      if (textOf(values, 'how') === 'power-loss') ring.powerLoss(index);
      else ring.killNode(index);
    }
    return {
      targets: down.map(({ node }) => node.name),
      hits: () => down.length,
      end: () => {
        for (const { index } of down) ring.restartNode(index);
      },
    };
  },
});
