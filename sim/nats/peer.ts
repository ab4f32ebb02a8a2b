import type { Connection, Side } from '../network/index.ts';
import { GroupSet } from './group-set.ts';
import type { NatsServer } from './nats-server.ts';

/** What a server announces to the others over their routes: groups whose leader it is, groups it answers reads for. */
export type InterestKind = 'leaders' | 'readers';

/** Another server of the cluster as one server knows it: the route to it, and the interest learnt over that (jetstream C18). */
export class Peer {
  readonly server: NatsServer;
  connection: Connection | undefined;
  /** What the members of raft groups say to each other goes over it, where it has a connection of its own. */
  raftConnection: Connection | undefined;
  side: Side = 0;
  readonly leaders = new GroupSet();
  readonly readers = new GroupSet();
  dialling = false;
  /** Connections whose buffer is full; this server waits for room. */
  readonly full = new Set<Connection>();
  readonly #hasRaftRoute: boolean;

  constructor(server: NatsServer, hasRaftRoute: boolean) {
    this.server = server;
    this.#hasRaftRoute = hasRaftRoute;
  }

  /** The route for raft groups; undefined: it is down. */
  get raft(): Connection | undefined {
    return this.#hasRaftRoute ? this.raftConnection : this.connection;
  }

  get isComplete(): boolean {
    return this.connection !== undefined && this.raft !== undefined;
  }

  /** The routes stand, and nothing waits for a retransmission. */
  get flowing(): boolean {
    return isFlowing(this.connection) && isFlowing(this.raft);
  }

  interestOf(kind: InterestKind): GroupSet {
    return kind === 'leaders' ? this.leaders : this.readers;
  }

  forget(): void {
    this.connection = undefined;
    this.raftConnection = undefined;
    this.forgetInterest();
  }

  forgetInterest(): void {
    this.leaders.clear();
    this.readers.clear();
  }
}

function isFlowing(connection: Connection | undefined): boolean {
  return connection !== undefined && connection.held[0].length === 0 && connection.held[1].length === 0;
}
