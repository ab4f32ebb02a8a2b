import type { EventHandle } from '../kernel/index.ts';
import type { ConsumerService } from './consumer-service.ts';
import type { StreamMachine } from './stream-machine.ts';
import { ackWaitSlackUs } from './timing.ts';

/** When a consumer's leader delivers again, and what it does not deliver any more (jetstream F48–F50). */
export class Redeliveries {
  readonly #service: ConsumerService;
  #timer: EventHandle | undefined;
  #timerUs = Infinity;

  constructor(service: ConsumerService) {
    this.#service = service;
  }

  /** The next of the pending deliveries that will be due. */
  rearm(): void {
    const dueUs = this.#service.memory.nextDueUs(this.#service.settings);
    if (dueUs !== Infinity) this.armAt(dueUs + ackWaitSlackUs);
  }

  /** Looks at the pending deliveries at that time, or earlier if that was asked for. */
  armAt(atUs: number): void {
    // Whole microseconds, or the sweep would come before the moment it waits for.
    const timeUs = Math.ceil(Math.max(atUs, this.#service.nowUs));
    if (timeUs >= this.#timerUs) return;
    this.disarm();
    this.#timerUs = timeUs;
    this.#timer = this.#service.replica.group.kernel.at(timeUs, Redeliveries.#due, this, undefined);
  }

  /** Nothing is pending. */
  disarm(): void {
    if (this.#timer !== undefined) this.#service.replica.group.kernel.cancel(this.#timer);
    this.#timer = undefined;
    this.#timerUs = Infinity;
  }

  /**
   * The front of the redelivery queue: what has come to its last delivery, or is gone, leaves (jetstream F50).
   * False: a server of 2.9 has found one that is gone, and looks no further until something else happens.
   */
  dropExhausted(stream: StreamMachine): boolean {
    const { memory } = this.#service;
    for (;;) {
      const sequence = memory.nextAgain();
      if (sequence === undefined) return true;
      const pending = memory.pending.get(sequence);
      const isGone = stream.messages.get(sequence) === undefined;
      const { multiFilter } = this.#service.asset.profile;
      if (isGone && !multiFilter && !memory.isExhausted(sequence, this.#service.settings)) {
        memory.countGone(sequence);
        return false;
      }
      if (pending === undefined && multiFilter && (isGone || !memory.isGivenBack(sequence))) {
        memory.forgetAgain(sequence);
      } else if (isGone && pending !== undefined && multiFilter) {
        memory.forgetAgain(sequence);
        this.#service.acks.settle(sequence, pending.consumerSequence, undefined);
      } else if (memory.isExhausted(sequence, this.#service.settings)) {
        memory.forgetAgain(sequence);
        this.#exhaust(sequence);
        if (!multiFilter) memory.countGone(sequence);
      } else {
        return true;
      }
    }
  }

  #exhaust(sequence: number): void {
    const { memory } = this.#service;
    const count = memory.countOf(sequence);
    const pending = memory.pending.get(sequence);
    if (pending === undefined) return;
    if (count === this.#service.settings.maxDeliver)
      this.#service.server.cluster.advise('max-deliveries', this.#service.asset, sequence);
    const { replicatesExhaustion } = this.#service.server.cluster.profile;
    memory.exhaust(sequence, count, replicatesExhaustion);
    if (!replicatesExhaustion) return;
    this.#service.replica.propose({
      kind: 'delivered',
      consumerSequence: pending.consumerSequence,
      sequence,
      deliveryCount: count + 1,
      deliveredUs: this.#service.server.wallUs() - (this.#service.nowUs - pending.deliveredUs),
      outgoing: undefined,
    });
  }

  static #due(redeliveries: Redeliveries): void {
    redeliveries.#timer = undefined;
    redeliveries.#timerUs = Infinity;
    redeliveries.#service.server.run(Redeliveries.#sweep, redeliveries, undefined);
  }

  /** All pending deliveries are looked at, in the order of the stream (jetstream F48, F49). */
  static #sweep(redeliveries: Redeliveries): void {
    const service = redeliveries.#service;
    if (!service.ready) return;
    service.forgetRemoved();
    const { memory } = service;
    if (memory.forgetLost(service.stream.first)) service.writeRecord();
    for (const sequence of memory.expired(service.nowUs, service.settings)) {
      if (memory.isExhaustedUnasked(sequence, service.settings)) redeliveries.#exhaust(sequence);
      else memory.expire(sequence, service.nowUs);
    }
    redeliveries.rearm();
    service.dispatch();
  }
}
