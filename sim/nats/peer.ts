import type { Connection, Side } from '../network/index.ts';
import type { NatsServer } from './nats-server.ts';

/** What a server announces to the others over their routes: groups whose leader it is, groups it answers reads for. */
export type InterestKind = 'leaders' | 'readers';

/** Another server of the cluster as one server knows it: the route to it, and the interest learnt over that (jetstream C18). */
export class Peer {
  readonly server: NatsServer;
  connection: Connection | undefined;
  side: Side = 0;
  readonly leaders = new Set<string>();
  readonly readers = new Set<string>();
  dialling = false;
  /** The connection whose buffer is full; its server waits for room. */
  full: Connection | undefined;

  constructor(server: NatsServer) {
    this.server = server;
  }

  /** The route stands, and nothing waits for a retransmission. */
  get flowing(): boolean {
    const { connection } = this;
    return connection !== undefined && connection.held[0].length === 0 && connection.held[1].length === 0;
  }

  interestOf(kind: InterestKind): Set<string> {
    return kind === 'leaders' ? this.leaders : this.readers;
  }

  forget(): void {
    this.connection = undefined;
    this.forgetInterest();
  }

  forgetInterest(): void {
    this.leaders.clear();
    this.readers.clear();
  }
}
