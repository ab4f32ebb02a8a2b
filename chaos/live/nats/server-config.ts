import type { ServerPlace } from './server-links.ts';
import type { ServerVersion } from './server-version.ts';

export interface ServerConfig {
  readonly name: string;
  readonly clusterName: string;
  readonly place: ServerPlace;
  readonly storeFolder: string;
  /** fsync on every write; servers before 2.10 have no such setting (jetstream E41). */
  readonly syncAlways: boolean;
}

/**
 * The server's configuration file (live-stack §3). Routes are dialled as given only: what gossip tells of them is
 * advertised as a closed port, so that no route goes around a forwarder.
 */
export function serverConfig(version: ServerVersion, config: ServerConfig): string {
  const since210 = version !== '2.9.10';
  const { address, clientPort, monitorPort, routePort, dials } = config.place;
  const routes = dials.map((peer) => `nats://${peer}`);
  return `
server_name: ${config.name}
listen: ${address}:${clientPort}
http: ${address}:${monitorPort}
jetstream {
  store_dir: "${config.storeFolder}"
  max_memory_store: 1GB
  max_file_store: 8GB
  ${since210 && config.syncAlways ? 'sync_interval: always' : ''}
}
accounts { $SYS { users: [{ user: sys, password: sys }] } }
cluster {
  name: ${config.clusterName}
  listen: ${address}:${routePort}
  no_advertise: true
  advertise: "127.0.0.1:9"
  ${since210 ? 'pool_size: 3' : ''}
  routes: [${routes.join(', ')}]
}
`;
}
