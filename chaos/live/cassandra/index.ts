export { cassandraVersion, obtainCassandra } from './distribution.ts';
export { LiveRing, type LiveRingOptions } from './live-ring.ts';
export { nativePort } from './loopback.ts';
