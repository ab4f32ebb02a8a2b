import type { ServerVersion } from './server-version.ts';

export interface ServerConfig {
  readonly name: string;
  readonly clusterName: string;
  readonly clientPort: number;
  readonly monitorPort: number;
  readonly routePort: number;
  /** Ports that this server dials its peers at. */
  readonly dialPorts: readonly number[];
  readonly storeFolder: string;
  /** fsync on every write; servers before 2.10 have no such setting (jetstream E41). */
  readonly syncAlways: boolean;
}

/**
 * The server's configuration file (live-stack §3). Routes are dialled through forwarders only: what gossip tells of the
 * real route ports is advertised as a closed port, so that a cut link stays cut.
 */
export function serverConfig(version: ServerVersion, config: ServerConfig): string {
  const since210 = version !== '2.9.10';
  const routes = config.dialPorts.map((port) => `nats://127.0.0.1:${port}`);
  return `
server_name: ${config.name}
listen: 127.0.0.1:${config.clientPort}
http: 127.0.0.1:${config.monitorPort}
jetstream {
  store_dir: "${config.storeFolder}"
  max_memory_store: 1GB
  max_file_store: 8GB
  ${since210 && config.syncAlways ? 'sync_interval: always' : ''}
}
accounts { $SYS { users: [{ user: sys, password: sys }] } }
cluster {
  name: ${config.clusterName}
  listen: 127.0.0.1:${config.routePort}
  no_advertise: true
  advertise: "127.0.0.1:9"
  ${since210 ? 'pool_size: 3' : ''}
  routes: [${routes.join(', ')}]
}
`;
}
