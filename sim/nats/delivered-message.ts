import type { DeliveredMessage } from '../../system/ports/jetstream.ts';
import { Call } from './call.ts';
import type { NatsConsumption } from './consumption.ts';
import type { AckVerb } from './requests.ts';
import type { StoredMessage } from './stored-message.ts';
import type { Delivery } from './waiter.ts';

/** One delivery at the client. Its acks are publishes that nobody answers (jetstream F51); only the first one is sent. */
export class NatsMessage implements DeliveredMessage {
  readonly #consumption: NatsConsumption;
  readonly #message: StoredMessage;
  readonly deliveryCount: number;
  readonly #consumerSequence: number;
  #settled = false;

  constructor(consumption: NatsConsumption, { message, deliveryCount, consumerSequence }: Delivery) {
    this.#consumption = consumption;
    this.#message = message;
    this.deliveryCount = deliveryCount;
    this.#consumerSequence = consumerSequence;
  }

  get subject(): string {
    return this.#consumption.client.cluster.subjects.name(this.#message.subject);
  }

  get payload(): Uint8Array {
    return this.#message.payload;
  }

  get messageId(): string {
    return this.#message.messageId;
  }

  get streamSequence(): number {
    return this.#message.sequence;
  }

  get storedMs(): number {
    return Math.floor(this.#message.storedUs / 1000);
  }

  ack(): void {
    this.#settle('ack', 0, undefined);
  }

  /** May be asked again where it was not confirmed. */
  ackConfirmed(timeoutMs: number): Promise<boolean> {
    const { client, durable } = this.#consumption;
    if (client.closed) return Promise.resolve(false);
    const call = new Call<true>(client, `ack ${this.streamSequence} of ${durable}`, timeoutMs);
    this.#settled = true;
    this.#send('ack', 0, call);
    return call.promise.then(
      () => true,
      () => false,
    );
  }

  nak(delayMs = 0): void {
    this.#settle('nak', delayMs * 1000, undefined);
  }

  inProgress(): void {
    if (!this.#settled) this.#send('progress', 0, undefined);
  }

  /** Not modelled: the reason that the advisory carries. */
  terminate(): void {
    this.#settle('term', 0, undefined);
  }

  #settle(verb: AckVerb, delayUs: number, call: Call<true> | undefined): void {
    if (this.#settled) return;
    this.#settled = true;
    this.#send(verb, delayUs, call);
  }

  #send(verb: AckVerb, delayUs: number, call: Call<true> | undefined): void {
    const { client, stream, durable } = this.#consumption;
    client.send({
      kind: 'ack',
      stream,
      consumer: durable,
      sequence: this.streamSequence,
      consumerSequence: this.#consumerSequence,
      deliveryCount: this.deliveryCount,
      verb,
      delayUs,
      more: undefined,
      call,
    });
  }
}
