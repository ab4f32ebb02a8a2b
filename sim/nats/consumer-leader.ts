import type { EventHandle } from '../kernel/index.ts';
import type { ConsumerState } from './consumer-state.ts';
import { NatsConsumption } from './consumption.ts';
import { Interest } from './interest.ts';
import type { DeliveredOperation } from './operations.ts';
import type { StreamService } from './stream-service.ts';
import { firstPendingCheckUs } from './timing.ts';

/** What the leader knows of one durable beyond the replicated state: waiting pulls, redelivery queue, ack timer (jetstream F45). */
export class ConsumerLeader {
  readonly #service: StreamService;
  readonly #durable: string;
  #interests: Interest[] = [];
  #turn = 0;
  /** Sequences to deliver again, before anything new (jetstream F48). */
  #again: number[] = [];
  /** Their next delivery, or their end, is proposed and not yet committed. */
  readonly #proposed = new Set<number>();
  #newProposed = 0;
  #stagedCursor = 0;
  #timer: EventHandle | undefined;
  #timerUs = Infinity;

  constructor(service: StreamService, durable: string) {
    this.#service = service;
    this.#durable = durable;
  }

  get #state(): ConsumerState | undefined {
    return this.#service.machine.consumers.get(this.#durable);
  }

  register(consumption: NatsConsumption): void {
    this.withdraw(consumption);
    const { session } = consumption.client;
    if (session === undefined) return;
    const interest = new Interest(consumption, session, 1 - this.#service.random.float());
    this.#interests.push(interest);
    consumption.registered(interest);
    this.dispatch();
  }

  withdraw(consumption: NatsConsumption): void {
    this.#interests = this.#interests.filter((interest) => interest.consumption !== consumption);
  }

  /** A leader that takes over looks at the pending acks for the first time (jetstream F56). */
  takeOver(): void {
    const state = this.#state;
    if (state === undefined || state.pending.size === 0) return;
    const [low, high] = firstPendingCheckUs;
    const waitUs = Math.min(state.config.ackWaitMs * 1000, low + (high - low) * this.#service.random.float());
    this.#armAt(this.#service.nowUs + waitUs);
  }

  /** Delivers what may be delivered. */
  dispatch(): void {
    const state = this.#state;
    if (state === undefined || !this.#service.ready) return;
    for (;;) {
      const sequence = this.#nextAgain(state);
      if (sequence === undefined) {
        if (state.pending.size + this.#newProposed >= state.config.maxAckPending) return;
        const from = Math.max(state.cursor, this.#stagedCursor);
        const message = this.#service.machine.nextFor(state, from);
        if (message === undefined) return;
        const interest = this.#nextInterest();
        if (interest === undefined) return;
        this.#stagedCursor = message.sequence + 1;
        this.#newProposed++;
        this.#deliver(message.sequence, 1, interest);
      } else {
        const interest = this.#nextInterest();
        if (interest === undefined) return;
        this.#again.shift();
        this.#deliver(sequence, (state.pending.get(sequence)?.count ?? 0) + 1, interest);
      }
    }
  }

  /** The delivery is replicated: now it goes out (jetstream F55). */
  delivered(operation: DeliveredOperation): void {
    if (this.#proposed.delete(operation.sequence) && operation.deliveryCount === 1) {
      this.#newProposed = Math.max(0, this.#newProposed - 1);
    }
    this.#arm();
    const { interest } = operation;
    operation.interest = undefined;
    // An ack can overtake the redelivery of what it names.
    if (interest === undefined || this.#state?.pending.has(operation.sequence) !== true) return;
    this.#send(operation.sequence, operation.deliveryCount, interest);
  }

  /** A nak without delay: again, at once. */
  redeliver(sequence: number): void {
    if (this.#state?.pending.has(sequence) !== true) return;
    if (!this.#proposed.has(sequence)) this.#expire(sequence);
    this.dispatch();
  }

  /** Sent or about to be sent; the log has it before any ack of it. */
  delivering(sequence: number): boolean {
    return this.#proposed.has(sequence);
  }

  /** An ack, a new date or the end of its deliveries was committed. */
  settled(sequence: number, exhausted: boolean): void {
    if (exhausted) this.#proposed.delete(sequence);
    const index = this.#again.indexOf(sequence);
    if (index >= 0) this.#again.splice(index, 1);
    if (this.#state?.pending.size === 0) this.#disarm();
    else this.#arm();
    this.dispatch();
  }

  /** The durable is gone: waiting clients are told (409 Consumer Deleted, jetstream G60). */
  removed(): void {
    this.#disarm();
    for (const { consumption } of this.#interests) {
      this.#service.server.push(
        consumption.client,
        80,
        NatsConsumption.arriveMissing,
        consumption,
        undefined,
      );
    }
    this.#interests = [];
  }

  stop(): void {
    this.#disarm();
    for (const interest of this.#interests) interest.consumption.lost(interest, this.#service.nowUs);
    this.#interests = [];
  }

  #nextAgain(state: ConsumerState): number | undefined {
    for (;;) {
      const sequence = this.#again[0];
      if (sequence === undefined) return undefined;
      if (state.pending.has(sequence) && this.#service.machine.messages.get(sequence) !== undefined) {
        return sequence;
      }
      this.#again.shift();
      // The message itself is gone (age, purge): nothing is left to deliver.
      if (state.pending.has(sequence)) this.#exhaust(sequence);
    }
  }

  /** Round robin over the clients that wait (jetstream G61). */
  #nextInterest(): Interest | undefined {
    const { server } = this.#service;
    for (let tries = this.#interests.length; tries > 0; tries--) {
      this.#turn = (this.#turn + 1) % this.#interests.length;
      const interest = this.#interests[this.#turn];
      if (interest === undefined) return undefined;
      switch (interest.state(server)) {
        case 'open':
          return interest;
        case 'full':
          break;
        case 'ended':
          this.#interests.splice(this.#turn, 1);
          interest.ended();
          if (this.#interests.length === 0) return undefined;
          break;
      }
    }
    return undefined;
  }

  #deliver(sequence: number, deliveryCount: number, interest: Interest): void {
    const { deliverAfterQuorum } = this.#service.profile;
    interest.sent();
    this.#proposed.add(sequence);
    if (!deliverAfterQuorum) this.#send(sequence, deliveryCount, interest);
    this.#service.replica.propose({
      kind: 'delivered',
      durable: this.#durable,
      sequence,
      deliveryCount,
      deliveredUs: this.#service.nowUs,
      interest: deliverAfterQuorum ? interest : undefined,
    });
  }

  #send(sequence: number, deliveryCount: number, interest: Interest): void {
    const { machine, server } = this.#service;
    const message = machine.messages.get(sequence);
    if (message === undefined) return;
    const { client } = interest.consumption;
    server.push(client, 160 + message.payload.length, NatsConsumption.arrive, interest.consumption, {
      message,
      deliveryCount,
    });
  }

  /** The ack wait of a delivery ran out, or it was given back. */
  #expire(sequence: number): void {
    const state = this.#state;
    const pending = state?.pending.get(sequence);
    if (state === undefined || pending === undefined || this.#again.includes(sequence)) return;
    const { maxDeliver } = state.config;
    if (maxDeliver > 0 && pending.count >= maxDeliver) this.#exhaust(sequence);
    else this.#again.push(sequence);
  }

  /** `maxDeliver` is reached, or the message is gone: it leaves the pending set (jetstream F50). */
  #exhaust(sequence: number): void {
    this.#proposed.add(sequence);
    this.#service.replica.propose({ kind: 'exhausted', durable: this.#durable, sequence });
  }

  #arm(): void {
    const state = this.#state;
    if (state === undefined) return;
    let earliestUs = Infinity;
    for (const [sequence, { deliveredUs }] of state.pending) {
      if (deliveredUs < earliestUs && !this.#proposed.has(sequence) && !this.#again.includes(sequence)) {
        earliestUs = deliveredUs;
      }
    }
    if (earliestUs !== Infinity) this.#armAt(earliestUs + state.config.ackWaitMs * 1000);
  }

  #armAt(atUs: number): void {
    // Whole microseconds, or the sweep would come before the moment it waits for.
    const timeUs = Math.ceil(atUs);
    if (timeUs >= this.#timerUs) return;
    this.#disarm();
    this.#timerUs = timeUs;
    this.#timer = this.#service.replica.group.kernel.at(timeUs, ConsumerLeader.#due, this, undefined);
  }

  #disarm(): void {
    if (this.#timer !== undefined) this.#service.replica.group.kernel.cancel(this.#timer);
    this.#timer = undefined;
    this.#timerUs = Infinity;
  }

  static #due(consumer: ConsumerLeader): void {
    consumer.#timer = undefined;
    consumer.#timerUs = Infinity;
    consumer.#service.server.run(ConsumerLeader.#sweep, consumer, undefined);
  }

  /** All pending deliveries are looked at, in the order of the stream (jetstream F48, F49). */
  static #sweep(consumer: ConsumerLeader): void {
    const state = consumer.#state;
    if (state === undefined || !consumer.#service.ready) return;
    const dueUs = consumer.#service.nowUs - state.config.ackWaitMs * 1000;
    const expired: number[] = [];
    for (const [sequence, { deliveredUs }] of state.pending) {
      if (deliveredUs <= dueUs && !consumer.#proposed.has(sequence)) expired.push(sequence);
    }
    expired.sort((a, b) => a - b);
    for (const sequence of expired) consumer.#expire(sequence);
    consumer.#arm();
    consumer.dispatch();
  }
}
