import { PortError } from '../../ports/errors.ts';
import type { Acknowledgement, PulledMessage } from '../../ports/jetstream-pull.ts';
import type { CoreConnection, CoreMessage } from './core-connection.ts';
import { nanos } from './json-value.ts';

const encoder = new TextEncoder();

/** A delivery; where it lies in stream and consumer stands in the subject that its acks go to (jetstream F51). */
export class ClientPulledMessage implements PulledMessage {
  readonly subject: string;
  readonly sequence: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly payload: Uint8Array;
  readonly storedMs: number;
  readonly deliveryCount: number;
  readonly consumerSequence: number;
  readonly pending: number;
  readonly #core: CoreConnection;
  readonly #reply: string;
  readonly #inbox: string;

  constructor(core: CoreConnection, message: CoreMessage, inbox: string) {
    // `$JS.ACK.<stream>.<consumer>.…` or, newer, `$JS.ACK.<domain>.<account>.<stream>.<consumer>.….<token>`.
    const tokens = message.reply.split('.');
    const counts = tokens.length > 9 ? tokens.slice(6) : tokens.slice(4);
    const count = (place: number): number => Number(counts[place] ?? '0');
    this.subject = message.subject;
    this.headers = message.headers;
    this.payload = message.data;
    this.deliveryCount = count(0);
    this.sequence = count(1);
    this.consumerSequence = count(2);
    this.storedMs = count(3) / 1e6;
    this.pending = count(4);
    this.#core = core;
    this.#reply = message.reply;
    this.#inbox = inbox;
  }

  acknowledge(acknowledgement: Acknowledgement): void {
    const asksForMore = acknowledgement.kind === 'ack-next';
    this.#core.publish(this.#reply, bodyOf(acknowledgement), asksForMore ? this.#inbox : undefined);
  }

  async acknowledgeConfirmed(acknowledgement: Acknowledgement, timeoutMs: number): Promise<boolean> {
    try {
      await this.#core.request(this.#reply, bodyOf(acknowledgement), { timeoutMs });
      return true;
    } catch (error) {
      if (error instanceof PortError) return false;
      throw error;
    }
  }
}

function bodyOf(acknowledgement: Acknowledgement): Uint8Array {
  switch (acknowledgement.kind) {
    case 'ack':
      return encoder.encode('+ACK');
    case 'nak': {
      const { delayMs } = acknowledgement;
      return encoder.encode(delayMs === undefined ? '-NAK' : `-NAK {"delay":${nanos(delayMs)}}`);
    }
    case 'in-progress':
      return encoder.encode('+WPI');
    case 'terminate': {
      const { reason } = acknowledgement;
      return encoder.encode(reason === undefined ? '+TERM' : `+TERM ${reason}`);
    }
    case 'ack-next':
      return encoder.encode(`+NXT {"batch":${acknowledgement.batch}}`);
  }
}
