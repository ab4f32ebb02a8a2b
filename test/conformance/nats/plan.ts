import type { BucketSettings } from '../../../system/ports/key-value-full.ts';
import type {
  ConsumerSettings,
  PurgeOptions,
  StreamSettings,
} from '../../../system/ports/jetstream-management.ts';
import type { PullRequest } from '../../../system/ports/jetstream-pull.ts';

/** How a header's expectation relates to what the sequence has seen so far. */
export type Expectation = 'right' | 'behind' | 'ahead' | 'zero';

export interface PublishStep {
  readonly kind: 'publish';
  readonly subject: number;
  readonly payloadBytes: number;
  readonly messageId?: number;
  readonly expectedStream?: 'right' | 'wrong';
  readonly expectedLast?: Expectation;
  readonly expectedLastOfSubject?: Expectation;
  readonly expectedMessageId?: 'right' | 'wrong';
  readonly rollup?: 'sub' | 'all';
  readonly ttl?: string;
}

export type AckKind =
  'ack' | 'nak' | 'nak-later' | 'in-progress' | 'terminate' | 'terminate-reason' | 'ack-next';

export type Selector =
  | { readonly kind: 'sequence'; readonly sequence: number }
  | { readonly kind: 'last-of-subject'; readonly subject: number }
  | { readonly kind: 'next-of-subject'; readonly filter: number; readonly fromSequence: number };

/** One operation. Streams, consumers and buckets are those of the plan; numbers choose from small pools. */
export type Step =
  | PublishStep
  /** Sent one after the other without waiting for answers. */
  | { readonly kind: 'publish-together'; readonly publishes: readonly Omit<PublishStep, 'kind'>[] }
  | { readonly kind: 'delete-stream' }
  /** Waits for the next leader, unless the steps that follow are to be done without one. */
  | { readonly kind: 'step-down-stream'; readonly isHasty?: true }
  | { readonly kind: 'step-down-consumer'; readonly consumer: number }
  | { readonly kind: 'stream-info' }
  | { readonly kind: 'update-stream'; readonly changes: Partial<StreamSettings> }
  | { readonly kind: 'purge'; readonly filter?: number; readonly options: Omit<PurgeOptions, 'subject'> }
  | { readonly kind: 'message'; readonly selector: Selector }
  | { readonly kind: 'direct-message'; readonly selector: Selector }
  | { readonly kind: 'delete-message'; readonly sequence: number }
  | {
      readonly kind: 'create-consumer';
      readonly consumer: number;
      readonly filters: readonly number[];
      readonly settings: Partial<ConsumerSettings>;
      readonly action: 'create' | 'update' | 'create-or-update';
    }
  | { readonly kind: 'delete-consumer'; readonly consumer: number }
  | { readonly kind: 'consumer-info'; readonly consumer: number }
  | { readonly kind: 'consumer-names' }
  | { readonly kind: 'pull'; readonly consumer: number; readonly request: PullRequest }
  /** Stays open; what it got is compared at the end. */
  | { readonly kind: 'open-pull'; readonly consumer: number; readonly request: PullRequest }
  | {
      readonly kind: 'acknowledge';
      readonly held: number;
      readonly ack: AckKind;
      readonly confirmed: boolean;
    }
  | { readonly kind: 'bucket-put'; readonly key: number }
  | { readonly kind: 'bucket-create'; readonly key: number; readonly ttl?: string }
  | { readonly kind: 'bucket-update'; readonly key: number; readonly revision: Expectation }
  | { readonly kind: 'bucket-delete'; readonly key: number; readonly revision?: Expectation }
  | { readonly kind: 'bucket-purge'; readonly key: number }
  | { readonly kind: 'bucket-get'; readonly key: number }
  | { readonly kind: 'bucket-get-revision'; readonly key: number; readonly revision: number }
  | { readonly kind: 'bucket-history'; readonly key: number }
  | { readonly kind: 'bucket-keys' }
  | {
      readonly kind: 'bucket-watch';
      readonly include: 'last' | 'history' | 'updates';
      readonly ignoreDeletes: boolean;
    }
  /** Time passes: so many slots. */
  | { readonly kind: 'sleep'; readonly slots: number };

/** A sequence of operations on a stream, or on a bucket, of its own. Plain data: it is kept in the corpus. */
export interface Plan {
  readonly stream?: Omit<StreamSettings, 'name' | 'subjects'>;
  readonly bucket?: Omit<BucketSettings, 'bucket'>;
  /** Each step starts at a moment of its own, so that waits end at the same place in every world. */
  readonly timed: boolean;
  /** Connections that the steps go over in turn. */
  readonly clients: number;
  readonly steps: readonly Step[];
}

/** Between the starts of two steps of a timed plan, ms. Waits in such plans end well inside a slot. */
export const slotMs = 200;

/**
 * Where in a slot the waits of generated timed plans end. A message that is due, or is due again one or two ack waits
 * later, with a delayed nak before or without, does not come near the end of a pull, nor near the next step.
 */
export const ackWaitEndMs = 50;
export const nakEndMs = 25;
export const pullEndMs = 160;

export const subjectTails = ['a', 'b', 'c.d', 'c.e'] as const;
export const filterTails = ['a', 'b', 'c.d', 'c.*', '*', '>'] as const;
export const keys = ['k', 'l', 'm.n'] as const;
