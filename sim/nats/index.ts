export type { Advisory, AdvisoryKind } from './advisories.ts';
export { mutationCatalogue, mutationsOf, type MutationName, type Mutations } from './mutations.ts';
export type { NatsClusterOptions } from './cluster-core.ts';
export { NatsCluster } from './nats-cluster.ts';
export { NatsDirectory } from './nats-directory.ts';
export {
  nats212,
  nats2910,
  natsProfile,
  type NatsProfile,
  type ReleaseDefect,
  type UnmodelledDefect,
} from './profile.ts';
export type { StreamInspection } from './stream-inspection.ts';
