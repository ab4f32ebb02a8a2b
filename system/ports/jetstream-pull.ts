import type { StreamMessage } from './jetstream-management.ts';

/** One pull request (jetstream G59). */
export interface PullRequest {
  readonly batch: number;
  /** Answer with what is there, and a status for the rest. */
  readonly noWait?: boolean;
  /** Absent: it waits for ever, or, with `noWait`, not at all. */
  readonly expiresMs?: number;
  readonly idleHeartbeatMs?: number;
  /** Stored size of the messages at most; 0 or absent: any. */
  readonly maxBytes?: number;
}

/** A status in place of a message (jetstream G60). */
export interface PullStatus {
  readonly status: 100 | 400 | 404 | 408 | 409 | 503;
  /** The server's own words, for example `Request Timeout`. */
  readonly description: string;
  /** `Nats-Pending-Messages` and `Nats-Pending-Bytes`: how much of the request was not filled. */
  readonly pendingMessages?: number;
  readonly pendingBytes?: number;
  /** `Nats-Last-Consumer` and `Nats-Last-Stream` of an idle heartbeat. */
  readonly lastDelivered?: { readonly consumerSequence: number; readonly streamSequence: number };
}

/** What settles a delivery, with its meaning in the protocol (jetstream F51, F52). */
export type Acknowledgement =
  | { readonly kind: 'ack' }
  | { readonly kind: 'nak'; readonly delayMs?: number }
  | { readonly kind: 'in-progress' }
  | { readonly kind: 'terminate'; readonly reason?: string }
  /** `+NXT`: acks and asks for so many more, which come to the same pull. */
  | { readonly kind: 'ack-next'; readonly batch: number };

export interface PulledMessage extends StreamMessage {
  readonly deliveryCount: number;
  readonly consumerSequence: number;
  /** Messages that matched and were not delivered yet when this one was. */
  readonly pending: number;
  /** Fire and forget; may be called any number of times, also after the pull has ended. */
  acknowledge(acknowledgement: Acknowledgement): void;
  /** Waits for the server's word. False: none came in time (jetstream F54). */
  acknowledgeConfirmed(acknowledgement: Acknowledgement, timeoutMs: number): Promise<boolean>;
}

export interface PullHandlers {
  /** Called in the order of arrival; must not throw. */
  message(message: PulledMessage): void;
  status(status: PullStatus): void;
}

/** A request under way; it is not sent again, whatever happens. */
export interface Pull {
  /** Gives up the interest: what the server still sends is dropped (jetstream G61). */
  stop(): void;
}

export interface JetStreamPuller {
  /** A missing or leaderless consumer answers nothing (jetstream C23). Does nothing while disconnected. */
  pull(stream: string, consumer: string, request: PullRequest, handlers: PullHandlers): Pull;
}
