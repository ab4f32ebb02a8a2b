import type { ConsumeHandlers, ConsumeOptions, Consumption } from '../../system/ports/jetstream.ts';
import type { EventHandle } from '../kernel/index.ts';
import { Call } from './call.ts';
import { NatsMessage } from './delivered-message.ts';
import type { Interest } from './interest.ts';
import type { NatsClient } from './nats-client.ts';
import type { NatsServer } from './nats-server.ts';
import { callTimeoutMs, missedHeartbeats, pullHeartbeatUs } from './timing.ts';
import type { Delivery } from './waiter.ts';

/**
 * A pull loop of a client. Renewals and idle heartbeats are elided: while a leader holds its interest nothing happens;
 * when that is lost the client notices by missed heartbeats, or by its reconnect (jetstream I76, I77).
 */
export class NatsConsumption implements Consumption {
  readonly client: NatsClient;
  readonly stream: string;
  readonly durable: string;
  readonly options: ConsumeOptions;
  readonly #handlers: ConsumeHandlers;
  #stopped = false;
  /** The pull is withdrawn: what still arrives is for nobody. */
  #withdrawn = false;
  #interest: Interest | undefined;
  /** Where the interest is held. */
  #leader: NatsServer | undefined;
  #monitor: EventHandle | undefined;

  constructor(
    client: NatsClient,
    stream: string,
    durable: string,
    options: ConsumeOptions,
    handlers: ConsumeHandlers,
  ) {
    this.client = client;
    this.stream = stream;
    this.durable = durable;
    this.options = options;
    this.#handlers = handlers;
  }

  get stopped(): boolean {
    return this.#stopped;
  }

  /** Asks the leader for messages, at the start and after every loss. */
  pull(): void {
    if (this.#stopped) return;
    this.#interest = undefined;
    const { stream, durable } = this;
    this.client.send({ kind: 'consume', stream, consumer: durable, consumption: this });
    this.#monitorFrom(this.client.process.kernel.nowUs);
  }

  stop(): Promise<void> {
    if (this.#stopped) return Promise.resolve();
    this.#end();
    const { client, stream, durable } = this;
    const call = new Call<true>(client, `withdraw the pull on ${durable}`, callTimeoutMs);
    client.send({ kind: 'consume-withdrawn', stream, consumer: durable, consumption: this, call });
    const withdrawn = (): void => {
      this.#withdrawn = true;
    };
    return call.promise.then(withdrawn, withdrawn);
  }

  /** The leader on `server` holds the interest now; a client that cannot hear it goes on missing heartbeats. */
  registered(interest: Interest, server: NatsServer): void {
    this.#interest = interest;
    this.#leader = server;
    if (interest.isHeard(server)) this.#cancelMonitor();
  }

  /** The leader no longer holds it: heartbeats fail to come from `atUs` on. */
  lost(interest: Interest, atUs: number): void {
    if (interest !== this.#interest) return;
    this.#interest = undefined;
    if (!this.#stopped && this.#monitor === undefined) this.#monitorFrom(atUs);
  }

  /** In the client's process. */
  static arrive(consumption: NatsConsumption, delivery: Delivery): void {
    if (consumption.#withdrawn || consumption.client.closed) return;
    consumption.client.process.kernel.wake();
    // It hears again: with this message it asks for more.
    if (consumption.#interest?.isStarved === true) consumption.pull();
    consumption.#handlers.message(new NatsMessage(consumption, delivery));
  }

  /** In the client's process: its pull ended while it could not renew it (408, jetstream G63). */
  static arriveEnded(consumption: NatsConsumption): void {
    if (consumption.#stopped || consumption.client.closed || consumption.#interest !== undefined) return;
    consumption.pull();
  }

  /** In the client's process: there is no such durable (any more). */
  static arriveMissing(consumption: NatsConsumption): void {
    if (consumption.#stopped) return;
    consumption.#end();
    consumption.client.process.kernel.wake();
    consumption.#handlers.missing?.();
  }

  /** The connection was closed by its owner. */
  abandon(): void {
    this.#stopped = true;
    this.#withdrawn = true;
    this.#cancelMonitor();
  }

  get #hearsLeader(): boolean {
    const leader = this.#leader;
    return leader !== undefined && this.#interest?.isHeard(leader) === true;
  }

  #end(): void {
    this.#stopped = true;
    this.#cancelMonitor();
    this.client.consumptions.delete(this);
  }

  #monitorFrom(atUs: number): void {
    this.#cancelMonitor();
    const { process } = this.client;
    const [shortestUs, longestUs] = pullHeartbeatUs;
    const heartbeatUs = Math.min(Math.max(this.options.expiresMs * 500, shortestUs), longestUs);
    const [low, high] = missedHeartbeats;
    const noticedUs = atUs + heartbeatUs * (low + (high - low) * this.client.random.float());
    this.#monitor = process.kernel.at(noticedUs, NatsConsumption.#due, this, undefined);
  }

  #cancelMonitor(): void {
    if (this.#monitor !== undefined) this.client.process.kernel.cancel(this.#monitor);
    this.#monitor = undefined;
  }

  static #due(consumption: NatsConsumption): void {
    consumption.#monitor = undefined;
    consumption.client.process.run(NatsConsumption.#missed, consumption, undefined);
  }

  static #missed(consumption: NatsConsumption): void {
    if (!consumption.client.closed && !consumption.#hearsLeader) consumption.pull();
  }
}
