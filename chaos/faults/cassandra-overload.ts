import { lastingFault } from '../fault.ts';
import { numberOf } from '../parameter.ts';
import { cassandraCountParameter, runningNodes } from '../server-choice.ts';

/** Makes coordinators refuse a share of their requests. */
export const cassandraOverload = lastingFault({
  kind: 'cassandra.overload',
  summary: 'Cassandra coordinators refuse requests as overloaded',
  effect:
    'A share of the requests to the chosen coordinators is answered with Overloaded before anything is sent; the driver tries the next host where the statement is idempotent. As replicas they work on.',
  live: 'native_transport_max_concurrent_requests_in_bytes so small that it is reached, with throw_on_overload',
  rulesUsuallyHit: ['budget.processing'],
  typicalDurationMs: [10_000, 300_000],
  parameters: [
    cassandraCountParameter,
    {
      name: 'share',
      type: 'number',
      unit: 'share of requests',
      minimum: 0.01,
      maximum: 1,
      typical: [0.1, 0.9],
      default: 0.5,
      doc: 'how many of its requests it refuses',
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
    const chosen = runningNodes(world.cassandra, numberOf(values, 'count'), random);
    const impairments = chosen.map(({ index }) =>
      world.cassandra.overloadNode(index, numberOf(values, 'share')),
    );
    return {
      targets: chosen.map(({ node }) => node.name),
      hits: () => impairments.reduce((sum, impairment) => sum + impairment.hits, 0),
      end: () => {
        for (const impairment of impairments) impairment.lift();
      },
    };
  },
});
