import type { PublishAck } from '../../system/ports/jetstream.ts';
import type {
  ConsumerState,
  EffectiveConsumerSettings,
  EffectiveStreamSettings,
  StreamState,
} from '../../system/ports/jetstream-management.ts';
import type { Call } from './call.ts';
import type { MessageHeaders } from './message-headers.ts';
import type { RawPull } from './raw-pull.ts';
import type { Waiter } from './waiter.ts';

/** What a publisher expects of the stream (jetstream D27); −1 and the empty string: nothing. */
export interface Expectations {
  readonly stream: string;
  readonly lastSequence: number;
  readonly lastSubjectSequence: number;
  /** Pattern that `lastSubjectSequence` is about; empty: the message's own subject. */
  readonly lastSubject: string;
  readonly lastMessageId: string;
}

export type Rollup = '' | 'sub' | 'all';

export const unreadableTtlUs = -2;

export interface StoreOperation {
  readonly kind: 'store';
  readonly subject: number;
  readonly payload: Uint8Array;
  /** Empty: none. */
  readonly messageId: string;
  readonly headers: MessageHeaders | undefined;
  /** Of the stored form. */
  readonly bytes: number;
  /** By the leader's wall clock, microseconds since the epoch. */
  readonly storedUs: number;
  readonly rollup: Rollup;
  /** Life in microseconds; 0: as the stream says, −1: for ever, `unreadableTtlUs`: the header makes no sense. */
  readonly ttlUs: number;
  readonly expectations: Expectations | undefined;
  /**
   * Where all replicas judge: how many messages and refusals the leader reckons come before it. A replica that has more
   * already skips it (jetstream R1). −1: nobody compares.
   */
  readonly place: number;
  /** The reply inbox travels in the log (jetstream D25). */
  call: Call<PublishAck> | undefined;
}

export type StreamOperation =
  | StoreOperation
  | {
      readonly kind: 'purge';
      /** Empty: all subjects. */
      readonly subject: string;
      /** 0: no such limit. */
      readonly belowSequence: number;
      readonly keep: number;
      call: Call<number> | undefined;
    }
  | {
      readonly kind: 'delete';
      readonly sequence: number;
      /** No consumer needs it any more (jetstream D36): news to none of them. */
      readonly isRelease: boolean;
      call: Call<true> | undefined;
    };

export interface DeliveredOperation {
  readonly kind: 'delivered';
  readonly consumerSequence: number;
  readonly sequence: number;
  readonly deliveryCount: number;
  readonly deliveredUs: number;
  /** Whom the proposing leader had in mind; its memory only, the log does not carry it. */
  outgoing: Outgoing | undefined;
}

/** A delivery that waits for its quorum. */
export interface Outgoing {
  readonly waiter: Waiter;
  readonly pending: number;
}

export type ConsumerOperation =
  | DeliveredOperation
  | {
      readonly kind: 'acked';
      readonly consumerSequence: number;
      readonly sequence: number;
      /** What its leader frees, where that is not for all replicas to reckon. */
      readonly freedFrom: number | undefined;
      call: Call<true> | undefined;
    }
  /** Where the cursor starts, or has moved to without a delivery. */
  | { readonly kind: 'skipped'; readonly sequence: number }
  /** Pull requests that a new leader will have to turn away (jetstream G60). */
  | { readonly kind: 'pull-added'; readonly pull: RawPull }
  | { readonly kind: 'pull-removed'; readonly pull: RawPull };

/** What the meta group decides (jetstream A4). */
export type Assignment =
  | {
      readonly kind: 'stream';
      readonly settings: EffectiveStreamSettings;
      readonly call: Call<StreamState> | undefined;
    }
  | { readonly kind: 'stream-removed'; readonly stream: string; readonly call: Call<true> | undefined }
  | {
      readonly kind: 'stream-peer-removed';
      readonly stream: string;
      readonly server: string;
      /** The server that takes its place. */
      readonly replacement: string;
      readonly call: Call<true> | undefined;
    }
  | {
      readonly kind: 'consumer';
      readonly stream: string;
      readonly settings: EffectiveConsumerSettings;
      readonly call: Call<ConsumerState> | undefined;
    }
  | {
      readonly kind: 'consumer-removed';
      readonly stream: string;
      readonly consumer: string;
      readonly call: Call<true> | undefined;
    };

/** What a group agrees on, in order. */
export type Operation =
  | StreamOperation
  | ConsumerOperation
  | { readonly kind: 'assign'; readonly assignment: Assignment }
  /** A new leader's first entry (jetstream B11). */
  | { readonly kind: 'leadership' };

export interface LogEntry {
  readonly index: number;
  readonly term: number;
  readonly operation: Operation;
}

export type PurgeOperation = Extract<StreamOperation, { readonly kind: 'purge' }>;
