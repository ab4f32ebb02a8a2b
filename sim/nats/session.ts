import type { Connection } from '../network/index.ts';
import type { NatsClient } from './nats-client.ts';
import type { NatsServer } from './nats-server.ts';

/** A client's connection as its server sees it. */
export class Session {
  readonly server: NatsServer;
  readonly client: NatsClient;
  readonly connection: Connection;
  /** Since when server and client cannot hear each other; undefined while they can. */
  impairedSinceUs: number | undefined;

  constructor(server: NatsServer, client: NatsClient, connection: Connection) {
    this.server = server;
    this.client = client;
    this.connection = connection;
  }

  /** Both sides of the connection stand. */
  get open(): boolean {
    return this.connection.isOpen(0) && this.connection.isOpen(1);
  }

  /** Since when a leader on `leader` gets nothing from the client; undefined while it does. */
  silentSinceUs(leader: NatsServer): number | undefined {
    const { process } = this.client;
    const times: number[] = [];
    if (process.state !== 'running') times.push(process.stateSinceUs);
    if (this.impairedSinceUs !== undefined) times.push(this.impairedSinceUs);
    if (this.server !== leader) {
      if (this.server.process.state !== 'running') times.push(this.server.process.stateSinceUs);
      const routeUs = leader.cluster.health.routeBrokenSinceUs(leader, this.server);
      if (routeUs !== undefined) times.push(routeUs);
    }
    return times.length === 0 ? undefined : Math.min(...times);
  }
}
