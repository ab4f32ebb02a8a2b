import type { EventHandle } from '../kernel/index.ts';
import { Connection } from '../network/index.ts';
import type { Network } from '../network/index.ts';
import type { CassandraNode } from './cassandra-node.ts';

/** `internode_tcp_user_timeout`: a connection with data unacknowledged for so long is given up (Cassandra 5.0.8, Config.java; measured). */
const userTimeoutUs = 30_000_000;
/** `internode_tcp_connect_timeout`. */
const connectTimeoutUs = 2_000_000;

type Handler<A, B> = (first: A, second: B) => void;

/** A message that waits in a disturbed connection; it must still find the process it was meant for. */
class Letter<A, B> {
  readonly to: CassandraNode;
  readonly incarnation: number;
  readonly handler: Handler<A, B>;
  readonly first: A;
  readonly second: B;

  constructor(to: CassandraNode, incarnation: number, handler: Handler<A, B>, first: A, second: B) {
    this.to = to;
    this.incarnation = incarnation;
    this.handler = handler;
    this.first = first;
    this.second = second;
  }
}

/**
 * Messages between nodes. On a healthy link one takes its planned delay; on a disturbed one, or behind messages that
 * are held, it goes over the connection and shares its fate. A node that convicts another closes its connection to it:
 * what waits there still arrives, if the cut ends within the user timeout, and nothing new waits behind it.
 */
export class Internode {
  readonly #network: Network;
  readonly #nodes: readonly CassandraNode[];
  readonly #connections = new Map<number, Connection>();
  /** Links whose connection was given up, while nothing has changed on the network since: there one is dialled, not used. */
  readonly #givenUp = new Set<number>();
  readonly #interDatacentreUs: number;

  constructor(network: Network, nodes: readonly CassandraNode[], interDatacentreUs: number) {
    this.#interDatacentreUs = interDatacentreUs;
    this.#network = network;
    this.#nodes = nodes;
    network.beforeChange(() => {
      this.#givenUp.clear();
    });
  }

  /** True where a message from one to the other, and its answer, take just their planned time. */
  healthy(from: CassandraNode, to: CassandraNode): boolean {
    if (from === to) return true;
    if (!this.#network.calm && !this.#network.healthy(from.host, to.host)) return false;
    if (this.#connections.size === 0) return true;
    const forth = this.#connections.get(this.#key(from, to));
    const back = this.#connections.get(this.#key(to, from));
    return (
      (forth === undefined || forth.held[0].length === 0) && (back === undefined || back.held[0].length === 0)
    );
  }

  /** Runs the handler in the other node's process when the message arrives, if that process still lives. */
  send<A, B>(
    from: CassandraNode,
    to: CassandraNode,
    bytes: number,
    delayUs: number,
    handler: Handler<A, B>,
    first: A,
    second: B,
  ): void {
    const letter = new Letter(to, to.incarnation, handler, first, second);
    if (from === to) {
      this.deliverIn(0, letter);
    } else if (this.healthy(from, to)) {
      this.deliverIn(from.datacentre === to.datacentre ? delayUs : delayUs + this.#interDatacentreUs, letter);
    } else {
      const connection = this.#connection(from, to);
      connection?.send(0, bytes, Internode.#open<A, B>, letter, undefined);
    }
  }

  /** `from` has convicted `to`: the next message dials anew (measured on 5.0.8, docs/fidelity/cassandra.md). */
  abandon(from: CassandraNode, to: CassandraNode): void {
    const key = this.#key(from, to);
    const connection = this.#connections.get(key);
    if (connection === undefined) return;
    this.#connections.delete(key);
    this.#givenUp.add(key);
    connection.close(0);
    // By then what waited has arrived, and the close behind it, or was given up.
    this.#network.kernel.after(userTimeoutUs, Internode.#forget, connection, undefined);
  }

  /** For a message that was sent while all was well and is on its way. */
  deliverIn<A, B>(delayUs: number, letter: Letter<A, B>): EventHandle {
    return this.#network.kernel.after(delayUs, Internode.#arrive<A, B>, this, letter);
  }

  letter<A, B>(to: CassandraNode, handler: Handler<A, B>, first: A, second: B): Letter<A, B> {
    return new Letter(to, to.incarnation, handler, first, second);
  }

  static #arrive<A, B>(internode: Internode, letter: Letter<A, B>): void {
    const to = letter.to;
    if (!internode.#network.isUp(to.host) || to.incarnation !== letter.incarnation) return;
    to.process.run(letter.handler, letter.first, letter.second);
  }

  static #forget(connection: Connection): void {
    connection.markClosed(1);
  }

  static #open<A, B>(letter: Letter<A, B>): void {
    if (letter.to.incarnation === letter.incarnation) letter.handler(letter.first, letter.second);
  }

  #key(from: CassandraNode, to: CassandraNode): number {
    return from.index * this.#nodes.length + to.index;
  }

  /** One connection a direction, as Cassandra has it; made anew when the old one ended. None to a process that is gone. */
  #connection(from: CassandraNode, to: CassandraNode): Connection | undefined {
    const key = this.#key(from, to);
    const known = this.#connections.get(key);
    if (
      known !== undefined &&
      known.isOpen(0) &&
      known.ends[0].process === from.process &&
      known.ends[1].process === to.process
    ) {
      // What gets through is a connection, dialled or not.
      if (known.held[0].length === 0) known.giveUpUs = userTimeoutUs;
      return known;
    }
    if (!to.process.alive) return undefined;
    const connection = new Connection(
      this.#network,
      { host: from.host, process: from.process },
      { host: to.host, process: to.process },
    );
    connection.giveUpUs = this.#givenUp.has(key) ? connectTimeoutUs : userTimeoutUs;
    connection.onClosed(0, (reason) => {
      connection.markClosed(1);
      if (reason === 'timed-out') this.#givenUp.add(key);
    });
    this.#network.register(connection);
    this.#connections.set(key, connection);
    return connection;
  }
}
