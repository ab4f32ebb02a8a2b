import type { ConsumerConfig, PublishAck, StreamConfig } from '../../system/ports/jetstream.ts';
import type { Call } from './call.ts';
import type { Interest } from './interest.ts';
import type { ConsumerChange } from './requests.ts';

/** A stream as the servers see it: a bucket is one that keeps the last message of each subject (jetstream H62). */
export interface StreamShape extends StreamConfig {
  readonly lastPerSubject: boolean;
}

export interface StoreOperation {
  readonly kind: 'store';
  readonly subject: number;
  readonly payload: Uint8Array;
  /** Empty: none. */
  readonly messageId: string;
  /** By the leader's wall clock, microseconds since the epoch. */
  readonly storedUs: number;
  /** A delete marker of a bucket. */
  readonly deletes: boolean;
  /** The reply inbox travels in the log (jetstream D25). */
  call: Call<PublishAck> | undefined;
}

export interface DeliveredOperation {
  readonly kind: 'delivered';
  readonly durable: string;
  readonly sequence: number;
  readonly deliveryCount: number;
  readonly deliveredUs: number;
  /** Whom the proposing leader had in mind; its memory only, the log does not carry it. */
  interest: Interest | undefined;
}

export interface AckOperation {
  readonly kind: 'ack';
  readonly durable: string;
  readonly sequence: number;
  call: Call<true> | undefined;
}

/** What a group agrees on, in order. */
export type Operation =
  | StoreOperation
  | DeliveredOperation
  | AckOperation
  /** Delayed nak and in-progress: the ack wait counts from another moment. */
  | {
      readonly kind: 'redate';
      readonly durable: string;
      readonly sequence: number;
      readonly deliveredUs: number;
    }
  /** The last delivery of `maxDeliver` has run out. */
  | { readonly kind: 'exhausted'; readonly durable: string; readonly sequence: number }
  | { readonly kind: 'purge'; call: Call<true> | undefined }
  | { readonly kind: 'consumer'; readonly config: ConsumerConfig; call: Call<true> | undefined }
  | { readonly kind: 'consumer-removed'; readonly durable: string; call: Call<true> | undefined }
  /** A new leader's first entry (jetstream B11). */
  | { readonly kind: 'leadership' }
  /** Of the meta group. */
  | { readonly kind: 'stream'; readonly shape: StreamShape; call: Call<true> | undefined }
  | { readonly kind: 'assignment'; readonly change: ConsumerChange };

export interface LogEntry {
  readonly index: number;
  readonly term: number;
  readonly operation: Operation;
}
