export interface KeyValueEntry {
  readonly key: string;
  readonly value: Uint8Array;
  /** Stream sequence of the entry, growing over the whole bucket: fit as a fencing token (defender §2). */
  readonly revision: number;
  readonly operation: 'put' | 'delete';
}

export interface KeyValueWatch {
  stop(): void;
}

export interface KeyValueWatchHandlers {
  /** Each change, in order, the present values first. Expiry by TTL is no change (jetstream 70). */
  entry(entry: KeyValueEntry): void;
  /** All values that were there at the start have been handed over. */
  initialised?(): void;
}

/**
 * A bucket. Reads may be stale: any replica answers (jetstream 65). Every call may reject with a `PortError`:
 * `timeout` and `disconnected` (ambiguous), `no-responders`, `wrong-revision`, `not-found` (no such bucket).
 */
export interface KeyValue {
  readonly bucket: string;
  get(key: string): Promise<KeyValueEntry | undefined>;
  /** All live entries, by one read; as stale as `get`. */
  entries(): Promise<readonly KeyValueEntry[]>;
  /** Writes only where no live value is; resolves to the revision. */
  create(key: string, value: Uint8Array): Promise<number>;
  put(key: string, value: Uint8Array): Promise<number>;
  /** Compare-and-set on the revision. */
  update(key: string, value: Uint8Array, revision: number): Promise<number>;
  /** Leaves a delete marker; with a revision only if it is still the last one. */
  delete(key: string, revision?: number): Promise<void>;
  watch(handlers: KeyValueWatchHandlers): KeyValueWatch;
}
