import type { DeliveredMessage } from '../../ports/jetstream.ts';
import type { FetchedRecord } from '../../ports/kafka.ts';
import { sequenceOf } from '../../kafka-client/topic-producer.ts';

/** What becomes of a message that is settled. */
export interface MessageOwner {
  /** False where the partition has been taken away: somebody else will do it. */
  done(message: KafkaMessage): boolean;
  again(message: KafkaMessage, delayMs: number): void;
}

/**
 * A record of Kafka in the form in which V2's processing knows messages. Kafka has no acknowledgement of one message and
 * no redelivery by the server: giving it back means that this process tries again, as long as it holds the partition.
 */
export class KafkaMessage implements DeliveredMessage {
  readonly partition: number;
  readonly offset: number;
  readonly subject: string;
  readonly payload: Uint8Array;
  readonly storedMs: number;
  deliveryCount = 1;
  readonly #owner: MessageOwner;

  constructor(partition: number, record: FetchedRecord, owner: MessageOwner) {
    this.partition = partition;
    this.offset = record.offset;
    this.subject = record.key;
    this.payload = record.value;
    this.storedMs = record.timestampMs;
    this.#owner = owner;
  }

  get messageId(): string {
    return `${this.partition}/${this.offset}`;
  }

  get streamSequence(): number {
    return sequenceOf(this.partition, this.offset);
  }

  ack(): void {
    this.#owner.done(this);
  }

  ackConfirmed(): Promise<boolean> {
    return Promise.resolve(this.#owner.done(this));
  }

  nak(delayMs = 0): void {
    this.#owner.again(this, delayMs);
  }

  /** Nobody waits for it: what counts is the poll of the whole consumer. */
  inProgress(): void {
    return undefined;
  }

  terminate(): void {
    this.#owner.done(this);
  }
}
