import { cassandraImpairment } from '../cassandra-impairment.ts';

/** Makes coordinators refuse a share of their requests. */
export const cassandraOverload = cassandraImpairment(
  {
    kind: 'cassandra.overload',
    summary: 'Cassandra coordinators refuse requests as overloaded',
    effect:
      'A share of the requests to the chosen coordinators is answered with Overloaded before anything is sent; the driver tries the next host where the statement is idempotent. As replicas they work on.',
    live: 'native_transport_max_concurrent_requests_in_bytes so small that it is reached, with throw_on_overload',
    rulesUsuallyHit: ['budget.processing'],
    typicalDurationMs: [10_000, 300_000],
  },
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
  (cassandra, index, strength) => cassandra.overloadNode(index, strength),
);
