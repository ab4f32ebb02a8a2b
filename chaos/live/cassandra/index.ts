export { cassandraVersion, obtainCassandra } from './distribution.ts';
export { cassandraNeeds } from './needs.ts';
export { LiveRing, type LiveRingOptions } from './live-ring.ts';
export { nativePort } from './loopback.ts';
export { NamespaceRing } from './namespace-ring.ts';
