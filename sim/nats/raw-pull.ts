import type {
  Acknowledgement,
  Pull,
  PulledMessage,
  PullHandlers,
  PullRequest,
  PullStatus,
} from '../../system/ports/jetstream-pull.ts';
import { Call } from './call.ts';
import { allHeaders } from './message-headers.ts';
import type { NatsClient } from './nats-client.ts';
import type { NatsServer } from './nats-server.ts';
import type { AckVerb } from './requests.ts';
import type { Session } from './session.ts';
import type { Delivery, Waiter } from './waiter.ts';

/** The inbox of one pull: what comes to it goes to the handlers until the client gives it up. */
export class PullInbox implements Pull {
  readonly client: NatsClient;
  readonly stream: string;
  readonly consumer: string;
  readonly handlers: PullHandlers;
  stopped = false;
  /** The client's server knows that nobody listens any more. */
  unsubscribed = false;

  constructor(client: NatsClient, stream: string, consumer: string, handlers: PullHandlers) {
    this.client = client;
    this.stream = stream;
    this.consumer = consumer;
    this.handlers = handlers;
  }

  stop(): void {
    if (this.stopped) return;
    this.stopped = true;
    this.client.send({ kind: 'pull-stopped', inbox: this });
  }

  /** In the client's process. */
  static message(inbox: PullInbox, delivery: Delivery): void {
    if (inbox.stopped || inbox.client.closed) return;
    inbox.client.process.kernel.wake();
    inbox.handlers.message(new RawMessage(inbox, delivery));
  }

  /** In the client's process. */
  static status(inbox: PullInbox, status: PullStatus): void {
    if (inbox.stopped || inbox.client.closed) return;
    inbox.client.process.kernel.wake();
    inbox.handlers.status(status);
  }
}

/** One pull request as a consumer's leader keeps it (jetstream §1G). */
export class RawPull implements Waiter {
  readonly inbox: PullInbox;
  readonly request: PullRequest;
  readonly counts = true;
  /** How many messages it still wants, and how many bytes; bytes 0: any. */
  left: number;
  bytesLeft: number;
  received = 0;
  expiresUs = Infinity;
  heartbeatUs = Infinity;
  /** Answered when the last delivery under way is out. */
  timedOut = false;
  readonly #session: Session | undefined;

  constructor(inbox: PullInbox, request: PullRequest) {
    this.inbox = inbox;
    this.request = request;
    this.left = request.batch;
    this.bytesLeft = request.maxBytes ?? 0;
    this.#session = inbox.client.session;
  }

  get filled(): boolean {
    return this.left <= 0;
  }

  state(): 'open' | 'ended' {
    return !this.inbox.unsubscribed && this.#session?.connection.isOpen(1) === true ? 'open' : 'ended';
  }

  take(bytes: number): boolean {
    const limited = this.bytesLeft > 0;
    if (limited && bytes > this.bytesLeft) return false;
    if (limited) {
      this.bytesLeft -= bytes;
      if (this.bytesLeft === 0) this.left = 1;
    }
    this.left--;
    this.received++;
    return true;
  }

  deliver(server: NatsServer, delivery: Delivery): void {
    const bytes = 160 + delivery.message.payload.length;
    server.push(this.inbox.client, bytes, PullInbox.message, this.inbox, delivery);
  }

  tell(server: NatsServer, status: PullStatus): void {
    server.push(this.inbox.client, 100, PullInbox.status, this.inbox, status);
  }

  ended(): void {
    this.timedOut = false;
  }

  dropped(): void {
    this.timedOut = false;
  }
}

/** One delivery at a client that pulls by itself. */
class RawMessage implements PulledMessage {
  readonly #inbox: PullInbox;
  readonly #delivery: Delivery;

  constructor(inbox: PullInbox, delivery: Delivery) {
    this.#inbox = inbox;
    this.#delivery = delivery;
  }

  get subject(): string {
    return this.#inbox.client.cluster.subjects.name(this.#delivery.message.subject);
  }

  get sequence(): number {
    return this.#delivery.message.sequence;
  }

  get headers(): Readonly<Record<string, string>> {
    return allHeaders(this.#delivery.message.messageId, this.#delivery.message.headers);
  }

  get payload(): Uint8Array {
    return this.#delivery.message.payload;
  }

  get storedMs(): number {
    return Math.floor(this.#delivery.message.storedUs / 1000);
  }

  get deliveryCount(): number {
    return this.#delivery.deliveryCount;
  }

  get consumerSequence(): number {
    return this.#delivery.consumerSequence;
  }

  get pending(): number {
    return this.#delivery.pending;
  }

  acknowledge(acknowledgement: Acknowledgement): void {
    this.#send(acknowledgement, undefined);
  }

  acknowledgeConfirmed(acknowledgement: Acknowledgement, timeoutMs: number): Promise<boolean> {
    const { client, consumer } = this.#inbox;
    if (client.closed) return Promise.resolve(false);
    const call = new Call<true>(client, `${acknowledgement.kind} ${this.sequence} of ${consumer}`, timeoutMs);
    this.#send(acknowledgement, call);
    return call.promise.then(
      () => true,
      () => false,
    );
  }

  #send(acknowledgement: Acknowledgement, call: Call<true> | undefined): void {
    const { client, stream, consumer } = this.#inbox;
    const { message, consumerSequence, deliveryCount } = this.#delivery;
    client.send({
      kind: 'ack',
      stream,
      consumer,
      sequence: message.sequence,
      consumerSequence,
      deliveryCount,
      verb: verbOf(acknowledgement, client.cluster.profile.termReasons),
      delayUs: acknowledgement.kind === 'nak' ? (acknowledgement.delayMs ?? 0) * 1000 : 0,
      more:
        acknowledgement.kind === 'ack-next'
          ? { inbox: this.#inbox, request: { batch: acknowledgement.batch } }
          : undefined,
      call,
    });
  }
}

function verbOf(acknowledgement: Acknowledgement, termReasons: boolean): AckVerb {
  switch (acknowledgement.kind) {
    case 'ack':
    case 'ack-next':
      return 'ack';
    case 'nak':
      return 'nak';
    case 'in-progress':
      return 'progress';
    case 'terminate':
      return acknowledgement.reason === undefined || termReasons ? 'term' : 'unknown';
  }
}
