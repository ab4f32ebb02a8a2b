import { PlacedSet, type EventHandle } from '../kernel/index.ts';
import type { Connection, DialOutcome, Endpoint, Network } from '../network/index.ts';
import type { RandomStream } from '../kernel/index.ts';
import type { CassandraNode } from './cassandra-node.ts';
import type { Attempt } from './attempt.ts';

export const nativePort = 9042;

const connectTimeoutUs = 5_000_000;
const firstBackoffUs = 1_000_000;
const longestBackoffUs = 600_000_000;
/** The driver's heartbeat after 30 s of silence, which then waits 12 s for its answer. */
const silenceUs = 42_000_000;
const timeoutsUntilDefunct = 64;
const manyInFlight = 10;
const quietUs = 200_000;

/**
 * The driver's one connection to one node (cassandra-and-live §1.1, 60): reconnects after 1 s … 10 min, ±15 %, or at
 * once when the control connection says that the node is up; is given up after 64 timeouts or when it stays silent.
 */
export class HostChannel {
  readonly node: CassandraNode;
  /** In the driver's own data centre: only such nodes are asked (60). */
  readonly isLocal: boolean;
  readonly pending = new PlacedSet<Attempt>();
  connection: Connection | undefined;
  /** The start of the node's process that the connection belongs to. */
  incarnation = -1;
  readonly #network: Network;
  readonly #client: Endpoint;
  readonly #random: RandomStream;
  readonly #onOpen: () => void;
  readonly #onRefused: () => void;
  #dialling = false;
  #closed = false;
  #backoffUs = firstBackoffUs;
  #retry: EventHandle = -1;
  #timeouts = 0;
  #lastHeardUs = 0;

  constructor(
    network: Network,
    client: Endpoint,
    node: CassandraNode,
    isLocal: boolean,
    random: RandomStream,
    onOpen: () => void,
    onRefused: () => void,
  ) {
    this.#network = network;
    this.#client = client;
    this.node = node;
    this.isLocal = isLocal;
    this.#random = random;
    this.#onOpen = onOpen;
    this.#onRefused = onRefused;
  }

  get isOpen(): boolean {
    return this.connection !== undefined;
  }

  /** The driver moves hosts with much in flight and no answers to the end of its plan (60). */
  get isHealthy(): boolean {
    return this.pending.size < manyInFlight || this.#network.kernel.nowUs - this.#lastHeardUs <= quietUs;
  }

  dial(): void {
    if (this.#closed || this.#dialling || this.isOpen || !this.#client.process.alive) return;
    this.#dialling = true;
    this.#network.kernel.cancel(this.#retry);
    this.#network.dial(this.#client, this.node.host, nativePort, connectTimeoutUs, (outcome) => {
      this.#dialled(outcome);
    });
  }

  /** The cluster says that the node is back. */
  announcedUp(): void {
    this.#backoffUs = firstBackoffUs;
    this.dial();
  }

  /** For good. */
  close(): void {
    this.#closed = true;
    this.#network.kernel.cancel(this.#retry);
    this.connection?.close(0);
    this.connection = undefined;
  }

  heard(): void {
    this.#lastHeardUs = this.#network.kernel.nowUs;
    this.#timeouts = 0;
  }

  timedOut(): void {
    this.#timeouts++;
    const silentUs = this.#network.kernel.nowUs - this.#lastHeardUs;
    if (this.#timeouts < timeoutsUntilDefunct && silentUs < silenceUs) return;
    this.connection?.close(0);
    this.#lost();
  }

  #dialled(outcome: DialOutcome): void {
    this.#dialling = false;
    switch (outcome.kind) {
      case 'connected':
        this.connection = outcome.connection;
        this.incarnation = this.node.incarnation;
        this.#backoffUs = firstBackoffUs;
        this.heard();
        outcome.connection.onClosed(0, () => {
          if (this.connection === outcome.connection) this.#lost();
        });
        this.#onOpen();
        return;
      case 'refused':
      case 'timed-out':
        this.#retryLater();
        this.#onRefused();
        return;
    }
  }

  #lost(): void {
    this.connection = undefined;
    this.#retryLater();
    // Failing an attempt may start the next one on another channel, and takes it out of this set.
    for (const attempt of this.pending.toArray()) attempt.disconnected();
  }

  #retryLater(): void {
    const jitter = 0.85 + 0.3 * this.#random.float();
    this.#retry = this.#network.kernel.after(this.#backoffUs * jitter, HostChannel.#again, this, undefined);
    this.#backoffUs = Math.min(this.#backoffUs * 2, longestBackoffUs);
  }

  static #again(channel: HostChannel): void {
    channel.#client.process.run(HostChannel.#redial, channel, undefined);
  }

  static #redial(channel: HostChannel): void {
    channel.dial();
  }
}
