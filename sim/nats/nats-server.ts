import { HostClock, SimProcess } from '../kernel/index.ts';
import type { Connection, Listener } from '../network/index.ts';
import type { Refusal } from './api-errors.ts';
import { Call, type OpenCall } from './call.ts';
import type { NatsClient } from './nats-client.ts';
import type { ClusterCore } from './cluster-core.ts';
import { GroupSet } from './group-set.ts';
import { Peer, type InterestKind } from './peer.ts';
import { loseUnsynced } from './raft-disk.ts';
import type { RaftReplica } from './raft-replica.ts';
import { requestBytes, type NatsRequest, type Routed } from './requests.ts';
import { RequestRouter } from './request-router.ts';
import { Routes } from './routes.ts';
import { Session } from './session.ts';
import { StreamMachine } from './stream-machine.ts';
import { bufferUs, clientPort, readerTickUs, routePort } from './timing.ts';

/** What one server announces to another. */
interface Announcement {
  readonly peer: Peer;
  readonly kind: InterestKind;
  /** Its number. */
  readonly group: number;
  readonly on: boolean;
}

/** A message for a client, on its way through the server that the client is connected to. */
interface Forwarded {
  readonly client: NatsClient;
  readonly bytes: number;
  readonly callback: (first: unknown, second: unknown) => void;
  readonly first: unknown;
  readonly second: unknown;
}

const answerBytes = 120;

/** One server of a cluster: its process, its routes to the others, its clients' sessions, its members of raft groups. */
export class NatsServer implements Listener {
  readonly cluster: ClusterCore;
  readonly index: number;
  readonly name: string;
  readonly host: number;
  readonly hostClock: HostClock;
  readonly replicas: RaftReplica[] = [];
  /** Raft groups with more than one member that it belongs to, the meta group counted. */
  replicatedAssets = 0;
  readonly sessions = new Set<Session>();
  readonly peers: Peer[] = [];
  readonly routes: Routes = new Routes(this);
  process: SimProcess;
  poweredOff = false;
  readonly #own: Readonly<Record<InterestKind, GroupSet>> = {
    leaders: new GroupSet(),
    readers: new GroupSet(),
  };
  readonly #router: RequestRouter;
  #lives = 1;

  constructor(cluster: ClusterCore, index: number) {
    this.cluster = cluster;
    this.index = index;
    this.name = `${cluster.name}-${index}`;
    this.host = cluster.network.addHost(this.name);
    this.hostClock = new HostClock(cluster.kernel);
    this.process = new SimProcess(cluster.kernel, this.name, `${this.name}#1`, this.hostClock);
    this.#router = new RequestRouter(this);
  }

  get up(): boolean {
    return this.process.alive;
  }

  wallUs(): number {
    return this.hostClock.wallUs();
  }

  run<A, B>(callback: (first: A, second: B) => void, first: A, second: B): void {
    this.process.run(callback, first, second);
  }

  /** Listens, and dials the servers before it in the cluster's list. */
  boot(): void {
    const { network, servers, profile } = this.cluster;
    for (const server of servers) {
      this.peers[server.index] ??= new Peer(server, profile.raftRoutes);
    }
    network.listen(this.host, clientPort, this);
    network.listen(this.host, routePort, {
      process: this.process,
      accept: () => {
        // The dialler speaks first.
      },
    });
    for (const peer of this.peers) {
      peer.dialling = false;
      if (peer.server.index < this.index) this.routes.dial(peer);
    }
  }

  /** A client dialled: it speaks first. */
  accept(connection: Connection): void {
    connection.attachment = this;
  }

  /** The process dies; its disk stays as written. */
  kill(): void {
    if (!this.up) return;
    this.#leaveMemory();
    this.process.kill();
    this.cluster.network.closeAllOf(this.process, this.host);
  }

  /** The machine falls silent, and what was not synced is lost (jetstream E44). Returns the number of log entries lost. */
  powerLoss(): number {
    if (this.poweredOff) return 0;
    this.#leaveMemory();
    this.cluster.network.hostDown(this.host);
    this.process.kill();
    this.poweredOff = true;
    let lost = 0;
    for (const replica of this.replicas) lost += loseUnsynced(replica);
    return lost;
  }

  restart(): void {
    if (this.up) return;
    const { cluster } = this;
    if (this.poweredOff) cluster.network.hostUp(this.host);
    this.poweredOff = false;
    this.#lives++;
    this.process = new SimProcess(cluster.kernel, this.name, `${this.name}#${this.#lives}`, this.hostClock);
    this.boot();
    for (const replica of this.replicas) {
      const { machine } = replica;
      if (machine instanceof StreamMachine) machine.rebuildIds();
      replica.start();
      if (cluster.profile.readsBeforeCaughtUp) NatsServer.#becomeReader(replica, this.process);
    }
  }

  /** What its streams stored before it stood still was never written (fault D6). */
  loseBuffers(pausedUs: number): void {
    for (const { machine, group } of this.replicas) {
      group.leaveCalm();
      if (machine instanceof StreamMachine) machine.loseSince(this.wallUs() - pausedUs - bufferUs);
    }
  }

  /** An orderly end: who leads hands over to somebody who is up (jetstream B9). */
  handOver(): void {
    for (const replica of this.replicas) {
      if (replica.role !== 'leader' || replica.group.size === 1) continue;
      replica.group.leaveCalm();
      replica.transferLeadership();
    }
  }

  /** A replica joins a group: a new one, of which it has all there is, or in another's place. */
  adopt(replica: RaftReplica): void {
    this.replicas.push(replica);
    if (replica.group.size > 1) this.replicatedAssets++;
    if (replica.reader) this.subscribe(replica.group.number, 'readers');
  }

  /** The group is no more. */
  abandon(replica: RaftReplica): void {
    const place = this.replicas.indexOf(replica);
    if (place >= 0) {
      this.replicas.splice(place, 1);
      if (replica.group.size > 1) this.replicatedAssets--;
    }
    replica.stop();
    this.unsubscribe(replica.group.number, 'readers');
  }

  /** A replica has all that is committed: it answers reads from the next tick on (jetstream H65). */
  caughtUp(replica: RaftReplica): void {
    const { kernel } = this.cluster;
    const tickUs = readerTickUs - (kernel.nowUs % readerTickUs);
    kernel.after(tickUs, NatsServer.#becomeReader, replica, this.process);
  }

  subscribe(group: number, kind: InterestKind): void {
    this.#own[kind].add(group);
    this.#announce(group, kind, true);
  }

  unsubscribe(group: number, kind: InterestKind): void {
    this.#own[kind].delete(group);
    this.#announce(group, kind, false);
  }

  /** This server knows itself or a peer to be interested. */
  interested(group: number, kind: InterestKind, server: NatsServer): boolean {
    if (server === this) return this.#own[kind].has(group);
    const peer = this.peers[server.index];
    return peer?.connection !== undefined && peer.interestOf(kind).has(group);
  }

  /** What the other sends gets here soon. */
  hears(other: NatsServer): boolean {
    if (other === this) return true;
    return (
      this.peers[other.index]?.connection !== undefined &&
      this.cluster.health.routeBrokenSinceUs(this, other) === undefined
    );
  }

  route(routed: Routed): void {
    this.#router.route(routed);
  }

  /** A request goes to another server. */
  forward(other: NatsServer, routed: Routed): void {
    this.sendTo(other, requestBytes(routed.request), NatsServer.#arriveRouted, other, routed);
  }

  /** Over the route; false where there is none. */
  sendTo<A, B>(
    other: NatsServer,
    bytes: number,
    callback: (first: A, second: B) => void,
    first: A,
    second: B,
  ): boolean {
    const peer = this.peers[other.index];
    return peer !== undefined && this.routes.send(peer, peer.connection, bytes, callback, first, second);
  }

  /** What members of raft groups, and the servers themselves, say to each other. */
  sendRaft<A, B>(
    other: NatsServer,
    bytes: number,
    callback: (first: A, second: B) => void,
    first: A,
    second: B,
  ): boolean {
    const peer = this.peers[other.index];
    return peer !== undefined && this.routes.send(peer, peer.raft, bytes, callback, first, second);
  }

  /** Like `sendRaft` for what was sent before now, and arrives at that time. */
  raftSent<A, B>(
    atUs: number,
    other: NatsServer,
    bytes: number,
    callback: (first: A, second: B) => void,
    first: A,
    second: B,
  ): void {
    const peer = this.peers[other.index];
    peer?.raft?.sent(peer.side, atUs, bytes, callback, first, second);
  }

  answer<T>(call: Call<T>, value: T): void {
    this.push(call.client, answerBytes, Call.fulfil<T>, call, value);
  }

  refuse(call: OpenCall, refusal: Refusal): void {
    this.push(call.client, answerBytes, Call.refuse, call, refusal);
  }

  /**
   * Sends to a client, through the server it is connected to; the callback runs in the client's process. On a healthy
   * path the hop between the servers costs no event. False: nobody is there to send it to.
   */
  push<A, B>(
    client: NatsClient,
    bytes: number,
    callback: (first: A, second: B) => void,
    first: A,
    second: B,
    inUs = 0,
  ): boolean {
    const { session } = client;
    if (session === undefined || !session.connection.isOpen(1)) return false;
    const { server } = session;
    if (server === this) {
      session.connection.sendIn(1, inUs, bytes, callback, first, second);
      return true;
    }
    const peer = this.peers[server.index];
    if (this.cluster.elide && peer?.connection !== undefined && this.cluster.pathQuiet(this, server)) {
      const { network, kernel } = this.cluster;
      const delayUs = inUs + network.delayUs(this.host, server.host);
      const thereInUs = peer.connection.reserve(peer.side, inUs, delayUs) - kernel.nowUs;
      session.connection.sendIn(1, thereInUs, bytes, callback, first, second);
      return true;
    }
    const erased = callback as Forwarded['callback'];
    const forwarded: Forwarded = { client, bytes, callback: erased, first, second };
    return this.sendTo(server, bytes, NatsServer.#passOn, server, forwarded);
  }

  /** The routes to another server are given up, by this side. */
  dropRoute(other: NatsServer): void {
    const peer = this.peers[other.index];
    if (peer !== undefined) this.routes.drop(peer);
  }

  /** The connection of a client is given up, by this side. */
  dropSession(session: Session): void {
    session.connection.close(1);
    this.sessions.delete(session);
  }

  /** In the server's process: a client introduces itself, and is told who it talks to. */
  static hello(connection: Connection, client: NatsClient): void {
    const server = connection.attachment;
    if (!(server instanceof NatsServer)) return;
    const session = new Session(server, client, connection);
    server.sessions.add(session);
    connection.onClosed(1, () => server.sessions.delete(session));
    connection.send(1, 300, greet, client, session);
  }

  /** In the server's process: a request of a client arrives. */
  static arrive(session: Session, request: NatsRequest): void {
    const { server } = session;
    if (request.kind === 'ack') {
      server.cluster.impairments.pass(server, { request, client: session.client });
    } else {
      server.route({ request, client: session.client });
    }
  }

  static #arriveRouted(server: NatsServer, routed: Routed): void {
    server.#router.serve(routed);
  }

  #leaveMemory(): void {
    for (const replica of this.replicas) {
      replica.group.leaveCalm();
      replica.stop();
    }
    for (const peer of this.peers) peer.forget();
    this.#own.leaders.clear();
    this.#own.readers.clear();
    this.sessions.clear();
  }

  #announce(group: number, kind: InterestKind, on: boolean): void {
    for (const peer of this.peers) {
      if (peer.connection !== undefined) this.#announceTo(peer, group, kind, on);
    }
  }

  #announceTo(peer: Peer, group: number, kind: InterestKind, on: boolean): void {
    const mirror = peer.server.peers[this.index];
    if (mirror === undefined) return;
    const announcement: Announcement = { peer: mirror, kind, group, on };
    this.sendTo(peer.server, 80, NatsServer.#learn, announcement, peer.connection);
  }

  static #learn(announcement: Announcement, connection: Connection | undefined): void {
    const { peer, kind, group, on } = announcement;
    if (peer.connection !== connection) return;
    if (on) peer.interestOf(kind).add(group);
    else peer.interestOf(kind).delete(group);
  }

  /** A route stands: the other side learns what this server is interested in. */
  announceAll(peer: Peer): void {
    for (const group of this.#own.leaders) this.#announceTo(peer, group, 'leaders', true);
    for (const group of this.#own.readers) this.#announceTo(peer, group, 'readers', true);
  }

  static #becomeReader(replica: RaftReplica, process: SimProcess): void {
    const { server } = replica;
    if (replica.reader || server.process !== process || !process.alive) return;
    replica.reader = true;
    server.subscribe(replica.group.number, 'readers');
  }

  static #passOn(server: NatsServer, forwarded: Forwarded): void {
    const { client, bytes, callback, first, second } = forwarded;
    const { session } = client;
    if (session?.server === server) session.connection.send(1, bytes, callback, first, second);
  }
}

function greet(client: NatsClient, session: Session): void {
  client.welcomed(session);
}
