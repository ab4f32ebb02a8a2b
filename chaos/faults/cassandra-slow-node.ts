import { lastingFault } from '../fault.ts';
import { numberOf } from '../parameter.ts';
import { cassandraCountParameter, runningNodes } from '../server-choice.ts';

/** Makes replicas answer late. */
export const cassandraSlowNode = lastingFault({
  kind: 'cassandra.slow-node',
  summary: 'Cassandra replicas answer slowly',
  effect:
    'Every operation of the chosen nodes takes longer by the factor. A quorum still answers, later where the slow node is one of its replicas or coordinates.',
  live: 'cgroup limits of CPU and disk of the node, or tc netem delay; as a long compaction',
  rulesUsuallyHit: ['budget.processing'],
  typicalDurationMs: [30_000, 600_000],
  parameters: [
    cassandraCountParameter,
    {
      name: 'factor',
      type: 'number',
      unit: 'times slower',
      minimum: 1,
      maximum: 1000,
      typical: [2, 30],
      default: 10,
      doc: 'how much longer everything takes',
    },
  ],
  impact: (values) => ({
    dependency: 'cassandra',
    big: numberOf(values, 'count') > 1,
    storageLost: 0,
    groupSize: 3,
    settleMs: 30_000,
  }),
  begin(world, values, random) {
    const slowed = runningNodes(world.cassandra, numberOf(values, 'count'), random);
    const impairments = slowed.map(({ index }) =>
      world.cassandra.slowNode(index, numberOf(values, 'factor')),
    );
    return {
      targets: slowed.map(({ node }) => node.name),
      hits: () => impairments.reduce((sum, impairment) => sum + impairment.hits, 0),
      end: () => {
        for (const impairment of impairments) impairment.lift();
      },
    };
  },
});
