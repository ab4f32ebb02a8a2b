import type { StreamSettings } from './jetstream-management.ts';
import type { KeyValueWatch } from './key-value.ts';

/** A bucket with all its settings. What is absent takes the default in brackets. */
export interface BucketSettings {
  readonly bucket: string;
  /** [1] Values kept of a key, 1 to 64. */
  readonly history?: number;
  /** [1] */
  readonly replicas?: number;
  /** [file] */
  readonly storage?: 'file' | 'memory';
  /** [0: for ever] Without an event (jetstream H70). */
  readonly ttlMs?: number;
  /** [−1: without end] */
  readonly maxBytes?: number;
  /** [−1: without end] */
  readonly maxValueBytes?: number;
  /** [none] What time removes leaves a purge marker that lives so long, and keys may have a time of their own; since 2.11. */
  readonly markerTtlMs?: number;
}

export interface FullKeyValueEntry {
  readonly key: string;
  readonly value: Uint8Array;
  readonly revision: number;
  readonly operation: 'put' | 'delete' | 'purge';
  readonly storedMs: number;
}

export interface BucketWatchOptions {
  /** [`>`: all keys] */
  readonly keys?: string;
  /** [last] What is handed over first: last values, the whole history, or nothing. */
  readonly include?: 'last' | 'history' | 'updates';
  /** [false] Leaves out deletes, not purges (jetstream H68). */
  readonly ignoreDeletes?: boolean;
  /** [false] Entries come without their values. */
  readonly headersOnly?: boolean;
}

export interface BucketWatchHandlers {
  entry(entry: FullKeyValueEntry): void;
  /** Once, when all that was there at the start has been handed over. */
  initialised?(): void;
}

/**
 * A bucket to the letter (jetstream §1H). Rejects as `JetStreamManagement` does; `create` looks at a delete marker in
 * its way and writes over it (jetstream H64), the others are one request each.
 */
export interface FullKeyValue {
  /** The last entry, a delete or purge marker included; undefined where the key has none. */
  get(key: string): Promise<FullKeyValueEntry | undefined>;
  /** Undefined where that revision is not there, or of another key. */
  getRevision(key: string, revision: number): Promise<FullKeyValueEntry | undefined>;
  /** `ttl` as in `FullPublishOptions`. */
  create(key: string, value: Uint8Array, ttl?: string): Promise<number>;
  put(key: string, value: Uint8Array): Promise<number>;
  update(key: string, value: Uint8Array, revision: number): Promise<number>;
  delete(key: string, revision?: number): Promise<void>;
  purge(key: string, options?: { readonly revision?: number; readonly ttl?: string }): Promise<void>;
  /** Oldest first, markers included. */
  history(key: string): Promise<readonly FullKeyValueEntry[]>;
  /** Keys with a live value, sorted. */
  keys(): Promise<readonly string[]>;
  watch(options: BucketWatchOptions, handlers: BucketWatchHandlers): KeyValueWatch;
}

/** What a bucket is as a stream (ADR-8, jetstream H62). Model and adapter share it. */
export function bucketStream(settings: BucketSettings): StreamSettings {
  const { bucket, history, replicas, storage, ttlMs = 0, maxBytes, maxValueBytes, markerTtlMs } = settings;
  const window = 120_000;
  return {
    name: `KV_${bucket}`,
    subjects: [`$KV.${bucket}.>`],
    maxMessagesPerSubject: history ?? 1,
    replicas: replicas ?? 1,
    storage: storage ?? 'file',
    maxAgeMs: ttlMs,
    duplicateWindowMs: ttlMs > 0 && ttlMs < window ? ttlMs : window,
    maxBytes: maxBytes ?? -1,
    maxMessageBytes: maxValueBytes ?? -1,
    discard: 'new',
    allowRollup: true,
    denyDelete: true,
    allowDirect: true,
    ...(markerTtlMs === undefined ? {} : { allowMessageTtl: true, subjectDeleteMarkerTtlMs: markerTtlMs }),
  };
}
