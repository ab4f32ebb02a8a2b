import type { ConsumerService } from './consumer-service.ts';
import type { DeliveredOperation } from './operations.ts';
import { RawPull } from './raw-pull.ts';
import type { StoredMessage } from './stored-message.ts';
import type { StreamMachine } from './stream-machine.ts';
import { ackWaitSlackUs } from './timing.ts';
import type { Waiter } from './waiter.ts';

/** What goes out from a consumer's leader: at once, or when it is replicated (jetstream F55). */
export class Deliveries {
  readonly #service: ConsumerService;
  /** Deliveries that wait for their quorum, by sequence. */
  #underWay: Map<number, Waiter> | undefined;

  constructor(service: ConsumerService) {
    this.#service = service;
  }

  /** A delivery to this pull has not got its quorum yet. */
  isUnderWay(waiter: Waiter): boolean {
    if (this.#underWay === undefined) return false;
    for (const other of this.#underWay.values()) if (other === waiter) return true;
    return false;
  }

  /** One message to who waits for it, counted, and proposed. */
  deliver(message: StoredMessage, again: boolean, waiter: Waiter, stream: StreamMachine): void {
    const { memory } = this.#service;
    const { settings, asset, replica } = this.#service;
    const { sequence } = message;
    const { deliveryCount, consumerSequence } = memory.delivering(message, again, this.#service.nowUs);
    if (!again) this.#service.pending.delivering();
    const profile = this.#service.server.cluster.profile;
    const waits = profile.deliverAfterQuorum && settings.ack !== 'none' && replica.group.size > 1;
    const pending = waiter.counts ? this.#service.pending.value(stream) : -1;
    if (waits) {
      this.#underWay ??= new Map();
      this.#underWay.set(sequence, waiter);
    } else {
      this.#send(message, deliveryCount, consumerSequence, pending, waiter);
    }
    replica.propose({
      kind: 'delivered',
      consumerSequence,
      sequence,
      deliveryCount,
      deliveredUs: message.storedUs,
      outgoing: waits ? { waiter, pending } : undefined,
    });
    if (settings.ack === 'none') {
      // The queue of a lone consumer is made with its stream; one that keeps by interest since later has none.
      const isQueued = !asset.isAlone || asset.stream.keptByInterest;
      if (this.#service.isReleasing && isQueued) {
        replica.propose({ kind: 'acked', consumerSequence, sequence, freedFrom: undefined, call: undefined });
      }
    } else {
      this.#service.redeliveries.armAt(
        this.#service.nowUs + this.#service.memory.waitUs(sequence, settings) + ackWaitSlackUs,
      );
    }
    if (waiter instanceof RawPull) this.#service.queue.delivered(waiter);
    this.#service.idle.touch();
  }

  /** The delivery is replicated: now it goes out (jetstream F55). */
  delivered(operation: DeliveredOperation): void {
    const { outgoing, sequence, deliveryCount, consumerSequence } = operation;
    operation.outgoing = undefined;
    if (outgoing === undefined) return;
    const { waiter, pending } = outgoing;
    if (this.#underWay?.get(sequence) === waiter) this.#underWay.delete(sequence);
    const message = this.#service.stream.messages.get(sequence);
    // An ack can overtake the redelivery of what it names.
    if (message !== undefined && this.#service.memory.pending.has(sequence)) {
      this.#send(message, deliveryCount, consumerSequence, pending, waiter);
    }
    if (waiter instanceof RawPull && waiter.timedOut && !this.isUnderWay(waiter))
      this.#service.queue.timeOut(waiter);
  }

  #send(
    message: StoredMessage,
    deliveryCount: number,
    consumerSequence: number,
    pending: number,
    waiter: Waiter,
  ): void {
    const { settings, server, asset } = this.#service;
    waiter.deliver(server, {
      message: settings.headersOnly ? withoutPayload(message) : message,
      deliveryCount: asset.stream.mutations.redeliveryNotCounted ? 1 : deliveryCount,
      consumerSequence,
      pending,
    });
  }
}

function withoutPayload(message: StoredMessage): StoredMessage {
  return {
    ...message,
    payload: nothing,
    headers: { ...message.headers, 'Nats-Msg-Size': String(message.payload.length) },
  };
}

const nothing = new Uint8Array(0);
