import type { BucketWatchHandlers, FullKeyValueEntry } from '../../system/ports/key-value-full.ts';
import type { KeyValueWatch } from '../../system/ports/key-value.ts';
import type { EventHandle } from '../kernel/index.ts';
import type { NatsClient } from './nats-client.ts';
import type { WatchScope } from './requests.ts';
import type { ServerWatch } from './server-watch.ts';
import { missedHeartbeats, recoveredWatchHeartbeatUs, watchHeartbeatUs, watchRetryUs } from './timing.ts';

/** Entries on their way from a server's part of a watch. */
export interface WatchBatch {
  readonly generation: number;
  /** Place of the batch in its generation: the client sees gaps in it. */
  readonly number: number;
  readonly entries: readonly FullKeyValueEntry[];
  readonly initial: boolean;
}

/**
 * A client's watch of a bucket. It sits on one server and dies silently with it; the client notices by missed idle
 * heartbeats, by a gap, or by its own reconnect, and begins again behind the last entry it saw (jetstream H68, H69).
 */
export class NatsWatch implements KeyValueWatch {
  readonly client: NatsClient;
  readonly scope: WatchScope;
  readonly #stream: string;
  readonly #handlers: BucketWatchHandlers;
  #generation = 0;
  #received = 0;
  #lastRevision = 0;
  #initialised = false;
  #stopped = false;
  #placed: ServerWatch | undefined;
  /** Something was sent that will never arrive: the next heartbeat tells. */
  #gap = false;
  #timer: EventHandle | undefined;

  constructor(client: NatsClient, stream: string, scope: WatchScope, handlers: BucketWatchHandlers) {
    this.client = client;
    this.scope = scope;
    this.#stream = stream;
    this.#handlers = handlers;
  }

  /** Asks a server to carry it, from behind the last entry seen. */
  place(): void {
    if (this.#stopped) return;
    this.#generation++;
    this.#received = 0;
    this.#gap = false;
    this.#placed?.leave();
    this.#placed = undefined;
    this.client.send({
      kind: 'watch',
      stream: this.#stream,
      watch: this,
      generation: this.#generation,
      fromSequence: this.#lastRevision + 1,
    });
    this.#arm(watchRetryUs);
  }

  stop(): void {
    if (this.#stopped) return;
    this.abandon();
    this.client.watches.delete(this);
    this.client.send({ kind: 'watch-stopped', stream: this.#stream, watch: this });
  }

  /** The connection was closed by its owner, or its process died. */
  abandon(): void {
    this.#stopped = true;
    this.#disarm();
  }

  /** A server carries it now. */
  placed(placed: ServerWatch, generation: number): void {
    if (generation !== this.#generation || this.#stopped) {
      placed.remove();
      return;
    }
    this.#placed = placed;
    this.#disarm();
  }

  /** The server that carries it learns that nobody listens. */
  withdraw(): void {
    this.#placed?.remove();
    this.#placed = undefined;
  }

  /** A batch got lost on its way. */
  missed(): void {
    this.#gap = true;
    if (this.#timer === undefined) this.#arm(this.#heartbeatUs * this.client.random.float());
  }

  /** Links or servers changed: heartbeats may fail to come from now on. */
  review(): void {
    if (this.#stopped || this.#timer !== undefined || this.#heard()) return;
    const [low, high] = missedHeartbeats;
    this.#arm(this.#heartbeatUs * (low + (high - low) * this.client.random.float()));
  }

  /** In the client's process. */
  static arrive(watch: NatsWatch, batch: WatchBatch): void {
    if (watch.#stopped || batch.generation !== watch.#generation) return;
    if (batch.number !== watch.#received + 1) {
      watch.place();
      return;
    }
    watch.#received = batch.number;
    watch.client.process.kernel.wake();
    for (const entry of batch.entries) {
      watch.#lastRevision = entry.revision;
      watch.#handlers.entry(entry);
    }
    if (batch.initial && !watch.#initialised) {
      watch.#initialised = true;
      watch.#handlers.initialised?.();
    }
  }

  /** Idle heartbeats get through. */
  #heard(): boolean {
    const { session } = this.client;
    if (this.#placed?.alive !== true || session === undefined || !session.open) return false;
    return session.impairedSinceUs === undefined && session.server.hears(this.#placed.replica.server);
  }

  get #heartbeatUs(): number {
    return this.#generation === 1 ? watchHeartbeatUs : recoveredWatchHeartbeatUs;
  }

  #arm(delayUs: number): void {
    this.#disarm();
    this.#timer = this.client.process.kernel.after(delayUs, NatsWatch.#due, this, undefined);
  }

  #disarm(): void {
    if (this.#timer !== undefined) this.client.process.kernel.cancel(this.#timer);
    this.#timer = undefined;
  }

  static #due(watch: NatsWatch): void {
    watch.#timer = undefined;
    watch.client.process.run(NatsWatch.#missedHeartbeats, watch, undefined);
  }

  static #missedHeartbeats(watch: NatsWatch): void {
    if (watch.#stopped || (!watch.#gap && watch.#heard())) return;
    watch.place();
  }
}
