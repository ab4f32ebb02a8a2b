export { CassandraConnector, CassandraSession } from './cassandra-client.ts';
export { CassandraNode } from './cassandra-node.ts';
export { CassandraRing } from './cassandra-ring.ts';
export type { SlowDown } from './impairment.ts';
export type { ColdTotals } from './cold-tier.ts';
export { deviations, type Deviation, type Deviations } from './deviations.ts';
export { defaultDriverPolicy, type DriverPolicy } from './driver-policy.ts';
export { defaultServiceTimes, type OperationTimes, type ServiceTimes } from './service-time.ts';
export {
  defaultCassandraOptions,
  type CassandraOptions,
  type ColdPolicy,
  type Datacentre,
  type TableParameters,
} from './settings.ts';
