import type { Connection, DialOutcome, Side } from '../network/index.ts';
import type { NatsServer } from './nats-server.ts';
import type { Peer } from './peer.ts';
import { routeBufferBytes, routeDialTimeoutUs, routePort, routeRedialUs, writeDeadlineUs } from './timing.ts';

/** The first that a server says on a new connection. */
interface Hello {
  readonly dialler: NatsServer;
  readonly to: NatsServer;
}

/** A route whose buffer takes nothing more. */
interface BlockedRoute {
  readonly routes: Routes;
  readonly peer: Peer;
  readonly connection: Connection;
}

/**
 * The connections of one server to the others. Since 2.10 there are two to each (of four, of which only two are used
 * here): what raft groups say has one of its own, so that after a cut each waits for its own retransmission. One whose
 * buffer is full is given up after the write deadline; the other side does not know, and refuses new ones as duplicates
 * until it does (seen on 2.9.10 and 2.12.15).
 * Not modelled: requests of the API, and their answers, take the way of messages, not that of raft groups.
 */
export class Routes {
  readonly #server: NatsServer;

  constructor(server: NatsServer) {
    this.#server = server;
  }

  /** False: there is no such route. */
  send<A, B>(
    peer: Peer,
    connection: Connection | undefined,
    bytes: number,
    callback: (first: A, second: B) => void,
    first: A,
    second: B,
  ): boolean {
    if (connection === undefined) return false;
    connection.send(peer.side, bytes, callback, first, second);
    if (connection.heldBytes[peer.side] > routeBufferBytes) this.#awaitRoom(peer, connection);
    return true;
  }

  /** What the model does not send to a member goes into the route's buffer all the same, where nothing leaves it. */
  fill(peer: Peer, bytes: number): void {
    const connection = peer.raft;
    if (connection === undefined || connection.held[peer.side].length === 0) return;
    connection.heldBytes[peer.side] += bytes;
    if (connection.heldBytes[peer.side] > routeBufferBytes) this.#awaitRoom(peer, connection);
  }

  /** Gives up both. */
  drop(peer: Peer): void {
    if (peer.connection !== undefined) this.#close(peer, peer.connection);
    if (peer.raftConnection !== undefined) this.#close(peer, peer.raftConnection);
  }

  /** Brings up what is missing. */
  dial(peer: Peer): void {
    const server = this.#server;
    if (peer.dialling || peer.isComplete || !server.up) return;
    peer.dialling = true;
    const end = { host: server.host, process: server.process };
    server.cluster.network.dial(end, peer.server.host, routePort, routeDialTimeoutUs, (outcome) =>
      this.#dialled(peer, outcome),
    );
  }

  #dialled(peer: Peer, outcome: DialOutcome): void {
    peer.dialling = false;
    switch (outcome.kind) {
      case 'connected':
        this.#begin(peer, outcome.connection);
        return;
      case 'refused':
      case 'timed-out':
        this.#redial(peer);
        return;
    }
  }

  #begin(peer: Peer, connection: Connection): void {
    const server = this.#server;
    if (peer.connection !== undefined) {
      connection.send(0, 300, Routes.#raftRouteAccepted, connection, { dialler: server, to: peer.server });
      this.#raftRouteStands(peer, connection, 0);
      return;
    }
    const isAccompanied = server.cluster.profile.raftRoutes && peer.raftConnection === undefined;
    const companion = isAccompanied ? connection.accompany() : undefined;
    // First, so that the other side can answer what the replicas send as soon as the route stands.
    connection.send(0, 300, Routes.#routeAccepted, connection, { dialler: server, to: peer.server });
    this.#routeStands(peer, connection, 0);
    if (companion !== undefined) this.#raftRouteStands(peer, companion, 0);
    server.announceAll(peer);
  }

  static #routeAccepted(connection: Connection, hello: Hello): void {
    const { dialler, to: server } = hello;
    const { routes } = server;
    const peer = server.peers[dialler.index];
    if (peer === undefined) return;
    const { companion } = connection;
    // A second one from the same life of the dialler: the first stands as far as this side knows.
    if (isOfSameLife(peer.connection, dialler)) {
      connection.close(1);
      companion?.close(1);
      return;
    }
    if (peer.connection !== undefined) routes.drop(peer);
    routes.#routeStands(peer, connection, 1);
    if (companion !== undefined) Routes.#raftRouteAccepted(companion, hello);
    server.announceAll(peer);
  }

  static #raftRouteAccepted(connection: Connection, { dialler, to }: Hello): void {
    const { routes } = to;
    const peer = to.peers[dialler.index];
    if (peer === undefined) return;
    if (isOfSameLife(peer.raftConnection, dialler)) {
      connection.close(1);
      return;
    }
    if (peer.raftConnection !== undefined) routes.#close(peer, peer.raftConnection);
    routes.#raftRouteStands(peer, connection, 1);
  }

  #routeStands(peer: Peer, connection: Connection, side: Side): void {
    peer.connection = connection;
    peer.side = side;
    connection.onClosed(side, () => this.#lost(peer, connection));
    if (!this.#server.cluster.profile.raftRoutes) this.#greetMembers(peer);
  }

  #raftRouteStands(peer: Peer, connection: Connection, side: Side): void {
    peer.raftConnection = connection;
    peer.side = side;
    connection.onClosed(side, () => this.#lost(peer, connection));
    this.#greetMembers(peer);
  }

  #greetMembers(peer: Peer): void {
    for (const replica of this.#server.replicas) {
      for (const other of replica.group.replicas) {
        if (other.server === peer.server) replica.routeRestored(other.member);
      }
    }
  }

  #close(peer: Peer, connection: Connection): void {
    connection.close(peer.side);
    this.#lost(peer, connection);
  }

  #lost(peer: Peer, connection: Connection): void {
    const server = this.#server;
    const main = peer.connection;
    const isMain = main === connection;
    if (!isMain && peer.raftConnection !== connection) return;
    const pair = isMain ? connection.companion : main;
    // Where the other process has ended, what closes one closes both.
    const hasEnded = !connection.ends[peer.side === 0 ? 1 : 0].process.alive;
    if (isMain) {
      peer.connection = undefined;
      peer.forgetInterest();
      if (hasEnded && pair === peer.raftConnection) peer.raftConnection = undefined;
    } else {
      peer.raftConnection = undefined;
      if (hasEnded && pair?.companion === connection) {
        pair.lose(peer.side, 'reset');
        return;
      }
    }
    for (const replica of server.replicas) replica.group.leaveCalm();
    server.cluster.health.review();
    // Where both are gone, one dial brings both back.
    if (peer.server.index < server.index && (isMain || peer.connection !== undefined)) this.#redial(peer);
  }

  #redial(peer: Peer): void {
    this.#server.cluster.kernel.after(routeRedialUs, Routes.#redialDue, this, peer);
  }

  static #redialDue(routes: Routes, peer: Peer): void {
    routes.#server.run(Routes.#dialAgain, routes, peer);
  }

  static #dialAgain(routes: Routes, peer: Peer): void {
    routes.dial(peer);
  }

  /** Nothing is taken any more: the write deadline runs. */
  #awaitRoom(peer: Peer, connection: Connection): void {
    if (peer.full.has(connection)) return;
    peer.full.add(connection);
    const blocked: BlockedRoute = { routes: this, peer, connection };
    this.#server.cluster.kernel.after(writeDeadlineUs, Routes.#writeDeadline, blocked, undefined);
  }

  static #writeDeadline(blocked: BlockedRoute): void {
    blocked.routes.#server.run(Routes.#writeOverdue, blocked, undefined);
  }

  static #writeOverdue({ routes, peer, connection }: BlockedRoute): void {
    peer.full.delete(connection);
    const { side } = peer;
    const { nowUs } = routes.#server.cluster.kernel;
    const isFull = connection.heldBytes[side] > routeBufferBytes;
    const isStill = nowUs - connection.heldSinceUs[side] >= writeDeadlineUs;
    if (isFull && isStill && connection.isOpen(side)) routes.#close(peer, connection);
  }
}

/** The process at its other end is the dialler's present one. */
function isOfSameLife(connection: Connection | undefined, dialler: NatsServer): boolean {
  return connection?.ends[0].process === dialler.process;
}
