export { freePorts } from './free-port.ts';
export { LiveCluster, type LiveClusterOptions } from './live-cluster.ts';
export { LiveProblem } from './live-problem.ts';
export { linkKinds, type LinkKind } from './server-links.ts';
export { cacheFolder, findServer, installServer, type ServerBinary } from './server-binary.ts';
export { profileOf, serverVersion, serverVersions, type ServerVersion } from './server-version.ts';
