import type { DeliveredMessage } from '../../../ports/jetstream.ts';
import type { Naming } from './naming.ts';

/** A message under the subject that its publisher gave it. */
export class RenamedMessage implements DeliveredMessage {
  readonly subject: string;
  readonly #message: DeliveredMessage;

  constructor(message: DeliveredMessage, naming: Naming) {
    this.#message = message;
    this.subject = naming.plainSubject(message.subject);
  }

  get payload(): Uint8Array {
    return this.#message.payload;
  }

  get messageId(): string {
    return this.#message.messageId;
  }

  get streamSequence(): number {
    return this.#message.streamSequence;
  }

  get deliveryCount(): number {
    return this.#message.deliveryCount;
  }

  get storedMs(): number {
    return this.#message.storedMs;
  }

  ack(): void {
    this.#message.ack();
  }

  ackConfirmed(timeoutMs: number): Promise<boolean> {
    return this.#message.ackConfirmed(timeoutMs);
  }

  nak(delayMs?: number): void {
    this.#message.nak(delayMs);
  }

  inProgress(): void {
    this.#message.inProgress();
  }

  terminate(reason: string): void {
    this.#message.terminate(reason);
  }
}
