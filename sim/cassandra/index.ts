export { CassandraConnector, CassandraSession } from './cassandra-client.ts';
export { CassandraNode } from './cassandra-node.ts';
export { CassandraRing, type SlowDown } from './cassandra-ring.ts';
export type { ColdTotals } from './cold-tier.ts';
export { defaultServiceTimes, type OperationTimes, type ServiceTimes } from './service-time.ts';
export { defaultCassandraOptions, type CassandraOptions, type ColdPolicy } from './settings.ts';
