export type { Advisory, AdvisoryKind } from './advisories.ts';
export { mutationCatalogue, mutationsOf, type MutationName, type Mutations } from './mutations.ts';
export { NatsCluster, type NatsClusterOptions } from './nats-cluster.ts';
export { NatsDirectory } from './nats-directory.ts';
export { nats212, nats2910, natsProfile, type NatsProfile, type ReleaseDefect } from './profile.ts';
export type { StreamInspection } from './stream-inspection.ts';
