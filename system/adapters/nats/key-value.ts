import { PortError } from '../../ports/errors.ts';
import type { KeyValue, KeyValueEntry, KeyValueWatch, KeyValueWatchHandlers } from '../../ports/key-value.ts';
import type { FullKeyValue, FullKeyValueEntry } from '../../ports/key-value-full.ts';
import { apiTimeoutMs } from './api-request.ts';

/** The bucket as components use it: markers are deletions, and a deleted key has no entry. */
export class ClientKeyValue implements KeyValue {
  readonly bucket: string;
  readonly #full: FullKeyValue;

  constructor(bucket: string, full: FullKeyValue) {
    this.bucket = bucket;
    this.#full = full;
  }

  async get(key: string): Promise<KeyValueEntry | undefined> {
    const entry = await this.#full.get(key);
    return entry?.operation === 'put' ? entryOf(entry) : undefined;
  }

  entries(): Promise<readonly KeyValueEntry[]> {
    return new Promise((resolve, reject) => {
      const live = new Map<string, KeyValueEntry>();
      const watch = this.watch({
        entry: (entry) => {
          if (entry.operation === 'put') live.set(entry.key, entry);
          else live.delete(entry.key);
        },
        initialised: () => {
          clearTimeout(expiry);
          watch.stop();
          resolve([...live.values()]);
        },
      });
      const expiry = setTimeout(() => {
        watch.stop();
        reject(new PortError(`entries of ${this.bucket}: timeout`, 'timeout'));
      }, apiTimeoutMs);
    });
  }

  create(key: string, value: Uint8Array): Promise<number> {
    return this.#full.create(key, value);
  }

  put(key: string, value: Uint8Array): Promise<number> {
    return this.#full.put(key, value);
  }

  update(key: string, value: Uint8Array, revision: number): Promise<number> {
    return this.#full.update(key, value, revision);
  }

  delete(key: string, revision?: number): Promise<void> {
    return this.#full.delete(key, revision);
  }

  watch(handlers: KeyValueWatchHandlers): KeyValueWatch {
    return this.#full.watch(
      {},
      {
        entry: (entry) => handlers.entry(entryOf(entry)),
        initialised: () => handlers.initialised?.(),
      },
    );
  }
}

function entryOf({ key, value, revision, operation }: FullKeyValueEntry): KeyValueEntry {
  return { key, value, revision, operation: operation === 'put' ? 'put' : 'delete' };
}
