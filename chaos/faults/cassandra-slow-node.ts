import { cassandraImpairment } from '../cassandra-impairment.ts';

/** Makes replicas answer late. */
export const cassandraSlowNode = cassandraImpairment(
  {
    kind: 'cassandra.slow-node',
    summary: 'Cassandra replicas answer slowly',
    effect:
      'Every operation of the chosen nodes takes longer by the factor. A quorum still answers, later where the slow node is one of its replicas or coordinates.',
    live: 'cgroup limits of CPU and disk of the node, or tc netem delay; as a long compaction',
    rulesUsuallyHit: ['budget.processing'],
    typicalDurationMs: [30_000, 600_000],
  },
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
  (cassandra, index, strength) => cassandra.slowNode(index, strength),
);
