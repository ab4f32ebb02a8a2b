import type { Kernel, RandomStream, SimProcess } from '../kernel/index.ts';
import { Connection, type CloseReason, type Endpoint, type Held, type Side } from './connection.ts';
import { Link, type AppliedCondition, type LinkCondition } from './link.ts';

export interface NetworkOptions {
  /** One-way delay between two machines of the fab's data centre. */
  readonly baseDelayUs: number;
  /** Mean of the exponential part that comes on top. */
  readonly jitterUs: number;
}

export const defaultNetworkOptions: NetworkOptions = { baseDelayUs: 200, jitterUs: 60 };

export type DialOutcome =
  | { readonly kind: 'connected'; readonly connection: Connection }
  | { readonly kind: 'refused' }
  | { readonly kind: 'timed-out' };

/** What listens at a port of a machine. It gets side 1 of each new connection. */
export interface Listener {
  readonly process: SimProcess;
  accept(connection: Connection): void;
}

interface Machine {
  readonly name: string;
  up: boolean;
  readonly listeners: Map<number, Listener>;
  readonly connections: Set<Connection>;
}

const hostLimit = 65_536;
const firstRetransmissionUs = 200_000;
const longestRetransmissionUs = 120_000_000;
const sameMachineDelayUs = 30;
const bothSides = [0, 1] as const;

/**
 * Machines and the connections between them. Nearly everything here is TCP: loss is delay, a cut is silence until
 * the retransmission after the heal, and only a reset or a time-out ends a connection (DESIGN, worlds).
 * Where only the way back is cut, a sender stops at its first retransmission (docs/fidelity/nats-open.md).
 * Not modelled: the congestion window otherwise, routing between racks.
 */
export class Network {
  readonly kernel: Kernel;
  readonly #machines: Machine[] = [];
  readonly #links = new Map<number, Link>();
  readonly options: NetworkOptions;
  readonly #random: RandomStream;
  readonly #watchers: ((from: readonly number[], to: readonly number[] | undefined) => void)[] = [];

  constructor(kernel: Kernel, options: NetworkOptions = defaultNetworkOptions) {
    this.kernel = kernel;
    this.options = options;
    this.#random = kernel.stream('network', 'delay');
  }

  /** Adds a machine; the number names it from now on. */
  addHost(name: string): number {
    this.#machines.push({ name, up: true, listeners: new Map(), connections: new Set() });
    if (this.#machines.length > hostLimit) throw new RangeError(`more than ${hostLimit} machines`);
    return this.#machines.length - 1;
  }

  hostName(host: number): string {
    return this.#machine(host).name;
  }

  /**
   * Called just before the condition of links or machines changes, so that a model can bring back what it elided.
   * Without `to` the first set's machines go down or come up.
   */
  beforeChange(watcher: (from: readonly number[], to: readonly number[] | undefined) => void): void {
    this.#watchers.push(watcher);
  }

  /** Serves a port of a machine until the listener's process ends or `unlisten`. */
  listen(host: number, port: number, listener: Listener): void {
    const listeners = this.#machine(host).listeners;
    listeners.set(port, listener);
    listener.process.onEnd(() => {
      if (listeners.get(port) === listener) listeners.delete(port);
    });
  }

  unlisten(host: number, port: number): void {
    this.#machine(host).listeners.delete(port);
  }

  /**
   * Opens a connection: one round trip. A machine that is up but does not listen refuses; a cut link or a machine
   * that is down answers nothing, which is a time-out after `timeoutUs`. `done` runs in the dialler's process.
   */
  dial(
    client: Endpoint,
    serverHost: number,
    port: number,
    timeoutUs: number,
    done: (outcome: DialOutcome) => void,
  ): void {
    const attempt = new DialAttempt(this, client, serverHost, port, done);
    attempt.start(timeoutUs);
  }

  /** One-way delay for a message on a healthy link, drawn. */
  delayUs(from: number, to: number): number {
    if (from === to) return sameMachineDelayUs;
    return this.options.baseDelayUs + this.#random.exponential(this.options.jitterUs);
  }

  /** Nothing is wrong with either direction, and both machines are up: what happens on it can be computed at once. */
  healthy(from: number, to: number): boolean {
    return (
      this.#machine(from).up &&
      this.#machine(to).up &&
      (this.#links.size === 0 ||
        (this.#links.get(from * hostLimit + to) === undefined &&
          this.#links.get(to * hostLimit + from) === undefined))
    );
  }

  /** True while nothing at all is wrong on any link. */
  get calm(): boolean {
    return this.#links.size === 0;
  }

  reachable(from: number, to: number): boolean {
    const link = this.#links.get(from * hostLimit + to);
    return (
      this.#machine(from).up && this.#machine(to).up && (link === undefined || !(link.cut || link.clogged))
    );
  }

  /** Puts a condition on every link from one set of machines to another. Give both orders for both directions. */
  impose(condition: LinkCondition, from: readonly number[], to: readonly number[]): AppliedCondition {
    this.#announce(from, to);
    const applied: AppliedCondition = { condition, hits: 0 };
    for (const source of from) {
      for (const target of to) {
        if (source === target) continue;
        const key = source * hostLimit + target;
        let link = this.#links.get(key);
        if (link === undefined) {
          link = new Link();
          this.#links.set(key, link);
        }
        link.add(applied);
      }
    }
    return applied;
  }

  /** Takes a condition away; what was held on healed links starts to move again. */
  lift(applied: AppliedCondition): void {
    for (const [key, link] of this.#links) {
      if (!link.applied.includes(applied)) continue;
      this.#announce([Math.floor(key / hostLimit)], [key % hostLimit]);
      link.remove(applied);
      if (link.applied.length === 0) this.#links.delete(key);
      if (link.cut || link.clogged) continue;
      const from = Math.floor(key / hostLimit);
      const to = key % hostLimit;
      for (const connection of this.#machine(from).connections) {
        this.#resume(connection, from, to, applied.condition.cut === true);
        // What waited for answers by this way goes on, where its own way is not cut, too.
        if (applied.condition.cut === true) this.#answer(connection, to, from);
      }
    }
  }

  /** The machine falls silent at once (power, kernel, node loss): its peers learn nothing. */
  hostDown(host: number): void {
    this.#announce([host], undefined);
    const machine = this.#machine(host);
    machine.up = false;
    machine.listeners.clear();
  }

  /** The machine is back; connections from before are reset as soon as a peer sends on them. */
  hostUp(host: number): void {
    this.#announce([host], undefined);
    const machine = this.#machine(host);
    machine.up = true;
    for (const connection of Array.from(machine.connections)) {
      const own: Side = connection.ends[0].host === host ? 0 : 1;
      const peer: Side = own === 0 ? 1 : 0;
      connection.held[own] = [];
      connection.heldBytes[own] = 0;
      if (connection.held[peer].length > 0) {
        const sinceUs = connection.heldSinceUs[peer];
        connection.held[peer] = [];
        connection.heldBytes[peer] = 0;
        this.kernel.at(retransmissionAfter(sinceUs, this.kernel.nowUs), Network.#reset, connection, peer);
      }
      connection.markClosed(own);
    }
  }

  isUp(host: number): boolean {
    return this.#machine(host).up;
  }

  /** All connections of a process end as its operating system closes them: peers see a close, behind the data. */
  closeAllOf(process: SimProcess, host: number): void {
    const connections = Array.from(this.#machine(host).connections);
    for (const connection of connections) {
      for (const side of bothSides) {
        if (connection.ends[side].process !== process) continue;
        const { companion } = connection;
        if (connection.isOpen(side) && companion?.held[side].length === 0) companion.endWithFirst(side);
        connection.close(side);
      }
    }
  }

  /** Resets every connection between two machines (a firewall's doing, or `ss -K`). Returns how many. */
  resetBetween(hostA: number, hostB: number): number {
    let count = 0;
    for (const connection of Array.from(this.#machine(hostA).connections)) {
      const [client, server] = connection.ends;
      if (client.host !== hostB && server.host !== hostB) continue;
      count++;
      connection.lose(0, 'reset');
      connection.lose(1, 'reset');
    }
    return count;
  }

  register(connection: Connection): void {
    this.#machine(connection.ends[0].host).connections.add(connection);
    this.#machine(connection.ends[1].host).connections.add(connection);
  }

  forget(connection: Connection): void {
    if (connection.isOpen(0) || connection.isOpen(1)) return;
    this.#machine(connection.ends[0].host).connections.delete(connection);
    this.#machine(connection.ends[1].host).connections.delete(connection);
  }

  listenerAt(host: number, port: number): Listener | undefined {
    return this.#machine(host).listeners.get(port);
  }

  /** Only for `Connection`. */
  transmit(
    connection: Connection,
    side: Side,
    bytes: number,
    callback: Held['callback'],
    first: unknown,
    second: unknown,
    handedOverInUs = 0,
  ): void {
    const from = connection.ends[side].host;
    const to = connection.ends[side === 0 ? 1 : 0].host;
    const link = this.#links.size === 0 ? undefined : this.#links.get(from * hostLimit + to);
    const stuck = connection.held[side].length > 0 || (link !== undefined && (link.cut || link.clogged));
    const unanswered = !stuck && this.#links.size > 0 && this.#isUnanswered(connection, side, from, to);
    if (stuck || unanswered || !this.#machine(to).up || !this.#machine(from).up) {
      link?.hit();
      if (connection.held[side].length === 0) {
        connection.heldSinceUs[side] = unanswered ? connection.unansweredSinceUs[side] : this.kernel.nowUs;
        this.kernel.after(connection.giveUpUs, Network.#giveUp, connection, side);
      }
      connection.held[side].push({ bytes, callback, first, second });
      connection.heldBytes[side] += bytes;
      return;
    }
    let delayUs = handedOverInUs + this.delayUs(from, to);
    if (link !== undefined) delayUs += this.#disturb(link, bytes);
    const arrivalUs = connection.reserve(side, handedOverInUs, delayUs);
    this.deliverAt(arrivalUs, connection, side, { bytes, callback, first, second });
  }

  /** Only for `Connection`. */
  deliverAt(atUs: number, connection: Connection, side: Side, message: Held): void {
    this.kernel.at(
      atUs,
      side === 0 ? Network.#deliverToServer : Network.#deliverToClient,
      connection,
      message,
    );
  }

  /** The way back is cut, and the first retransmission of what was sent since is due: nothing new goes out. */
  #isUnanswered(connection: Connection, side: Side, from: number, to: number): boolean {
    if (this.#links.get(to * hostLimit + from)?.cut !== true) {
      connection.unansweredSinceUs[side] = 0;
      return false;
    }
    const sinceUs = connection.unansweredSinceUs[side];
    if (sinceUs === 0) connection.unansweredSinceUs[side] = this.kernel.nowUs;
    return sinceUs > 0 && this.kernel.nowUs - sinceUs >= firstRetransmissionUs;
  }

  #disturb(link: Link, bytes: number): number {
    link.hit();
    let delayUs = link.extraDelayUs;
    if (link.extraJitterUs > 0) delayUs += this.#random.exponential(link.extraJitterUs);
    if (link.bytesPerSecond !== Infinity) {
      const startUs = Math.max(this.kernel.nowUs, link.freeAtUs);
      link.freeAtUs = startUs + (bytes * 1e6) / link.bytesPerSecond;
      delayUs += link.freeAtUs - this.kernel.nowUs;
    }
    let retransmissionUs = firstRetransmissionUs;
    while (this.#random.chance(link.lossRate) && retransmissionUs < longestRetransmissionUs) {
      delayUs += retransmissionUs;
      retransmissionUs *= 2;
    }
    return delayUs;
  }

  /** A cut costs the wait for the next retransmission, a clog only its own length. */
  #resume(connection: Connection, from: number, to: number, wasCut: boolean): void {
    const side = sideFrom(connection, from, to);
    if (side === undefined || connection.held[side].length === 0) return;
    const nowUs = this.kernel.nowUs;
    const atUs = wasCut ? retransmissionAfter(connection.heldSinceUs[side], nowUs) : nowUs;
    this.kernel.at(atUs, Network.#flush, connection, side);
  }

  /** The way back of what this side sent is whole again. */
  #answer(connection: Connection, from: number, to: number): void {
    const side = sideFrom(connection, from, to);
    if (side === undefined || connection.unansweredSinceUs[side] === 0) return;
    connection.unansweredSinceUs[side] = 0;
    if (this.reachable(from, to)) this.#resume(connection, from, to, true);
  }

  static #flush(connection: Connection, side: Side): void {
    const network = connection.network;
    const from = connection.ends[side].host;
    const to = connection.ends[side === 0 ? 1 : 0].host;
    if (!network.reachable(from, to)) return;
    const held = connection.held[side];
    connection.held[side] = [];
    connection.heldBytes[side] = 0;
    for (const message of held) {
      network.transmit(connection, side, message.bytes, message.callback, message.first, message.second);
    }
  }

  static #giveUp(connection: Connection, side: Side): void {
    const sinceUs = connection.heldSinceUs[side];
    const heldUs = connection.network.kernel.nowUs - sinceUs;
    if (connection.held[side].length === 0 || heldUs < connection.giveUpUs) return;
    connection.held[side] = [];
    connection.heldBytes[side] = 0;
    connection.lose(side, 'timed-out');
  }

  static #reset(connection: Connection, side: Side): void {
    connection.lose(side, 'reset');
  }

  static #deliverToServer(connection: Connection, message: Held): void {
    Network.#deliver(connection, 1, message);
  }

  static #deliverToClient(connection: Connection, message: Held): void {
    Network.#deliver(connection, 0, message);
  }

  static #deliver(connection: Connection, receiver: Side, message: Held): void {
    const end = connection.ends[receiver];
    const network = connection.network;
    if (!network.#machine(end.host).up) return;
    if (!connection.isOpen(receiver)) {
      // The receiving side is gone: its machine answers with a reset.
      const sender: Side = receiver === 0 ? 1 : 0;
      if (connection.isOpen(sender)) {
        network.kernel.after(
          network.delayUs(end.host, connection.ends[sender].host),
          Network.#reset,
          connection,
          sender,
        );
      }
      return;
    }
    end.process.run(message.callback, message.first, message.second);
  }

  #announce(from: readonly number[], to: readonly number[] | undefined): void {
    for (const watcher of this.#watchers) watcher(from, to);
  }

  #machine(host: number): Machine {
    const machine = this.#machines[host];
    if (machine === undefined) throw new RangeError(`no machine ${host}`);
    return machine;
  }
}

/** The end that sends over this link; undefined where the connection is one to another machine. */
function sideFrom({ ends: [client, server] }: Connection, from: number, to: number): Side | undefined {
  if (client.host === from && server.host === to) return 0;
  return server.host === from && client.host === to ? 1 : undefined;
}

/** First retransmission of what was sent at `sentUs` that comes after `nowUs`: 0.2, 0.6, 1.4 … s after it was sent. */
export function retransmissionAfter(sentUs: number, nowUs: number): number {
  let stepUs = firstRetransmissionUs;
  let atUs = sentUs + stepUs;
  while (atUs < nowUs) {
    stepUs = Math.min(stepUs * 2, longestRetransmissionUs);
    atUs += stepUs;
  }
  return atUs;
}

/** The handshake: SYN retransmitted at 1, 3, 7, … s until answered. */
class DialAttempt {
  readonly #network: Network;
  readonly #client: Endpoint;
  readonly #serverHost: number;
  readonly #port: number;
  readonly #done: (outcome: DialOutcome) => void;
  #settled = false;

  constructor(
    network: Network,
    client: Endpoint,
    serverHost: number,
    port: number,
    done: (outcome: DialOutcome) => void,
  ) {
    this.#network = network;
    this.#client = client;
    this.#serverHost = serverHost;
    this.#port = port;
    this.#done = done;
  }

  start(timeoutUs: number): void {
    this.#network.kernel.after(timeoutUs, DialAttempt.#expire, this, undefined);
    this.#syn(1_000_000);
  }

  #syn(retryUs: number): void {
    if (this.#settled || !this.#client.process.alive) return;
    const network = this.#network;
    const from = this.#client.host;
    if (network.reachable(from, this.#serverHost) && network.reachable(this.#serverHost, from)) {
      const roundTripUs = network.delayUs(from, this.#serverHost) + network.delayUs(this.#serverHost, from);
      network.kernel.after(roundTripUs, DialAttempt.#answer, this, undefined);
    } else {
      network.kernel.after(retryUs, DialAttempt.#retry, this, retryUs * 2);
    }
  }

  static #retry(attempt: DialAttempt, retryUs: number): void {
    attempt.#syn(retryUs);
  }

  static #answer(attempt: DialAttempt): void {
    if (attempt.#settled) return;
    const network = attempt.#network;
    const host = attempt.#serverHost;
    if (!network.reachable(attempt.#client.host, host) || !network.reachable(host, attempt.#client.host)) {
      network.kernel.after(1_000_000, DialAttempt.#retry, attempt, 2_000_000);
      return;
    }
    const listener = network.listenerAt(host, attempt.#port);
    if (listener === undefined || !listener.process.alive) {
      attempt.#settle({ kind: 'refused' });
      return;
    }
    const connection = new Connection(network, attempt.#client, { host, process: listener.process });
    network.register(connection);
    // The operating system accepts even while the process is frozen; the process sees the connection when it runs again.
    listener.process.run(acceptConnection, listener, connection);
    attempt.#settle({ kind: 'connected', connection });
  }

  static #expire(attempt: DialAttempt): void {
    attempt.#settle({ kind: 'timed-out' });
  }

  #settle(outcome: DialOutcome): void {
    if (this.#settled) return;
    this.#settled = true;
    this.#client.process.run(this.#done, outcome, undefined);
  }
}

function acceptConnection(listener: Listener, connection: Connection): void {
  listener.accept(connection);
}

export type { CloseReason };
