import { PortError } from '../../system/ports/errors.ts';
import type {
  KeyValue,
  KeyValueEntry,
  KeyValueWatch,
  KeyValueWatchHandlers,
} from '../../system/ports/key-value.ts';
import type { FullKeyValueEntry } from '../../system/ports/key-value-full.ts';
import { anyRevision, BucketAccess, deletion, noRevision } from './bucket-access.ts';
import type { NatsClient } from './nats-client.ts';
import { NatsWatch } from './watch.ts';

const nothing = new Uint8Array(0);

/** A bucket as a component of the system reaches it (jetstream H62–H65). */
export class KeyValueClient implements KeyValue {
  readonly bucket: string;
  readonly #access: BucketAccess;

  constructor(client: NatsClient, bucket: string) {
    this.bucket = bucket;
    this.#access = new BucketAccess(client, bucket);
  }

  async get(key: string): Promise<KeyValueEntry | undefined> {
    const entry = await this.#access.read(key);
    return entry?.operation === 'put' ? simple(entry) : undefined;
  }

  async entries(): Promise<readonly KeyValueEntry[]> {
    const last = new Map<string, FullKeyValueEntry>();
    for (const entry of await this.#access.readAll('>')) last.set(entry.key, entry);
    const entries: KeyValueEntry[] = [];
    for (const entry of last.values()) if (entry.operation === 'put') entries.push(simple(entry));
    return entries;
  }

  /** On a conflict it looks whether a marker is in the way, and writes over that (jetstream H64). */
  async create(key: string, value: Uint8Array): Promise<number> {
    try {
      return await this.#access.write(key, value, noRevision);
    } catch (error) {
      if (!(error instanceof PortError) || error.code !== 'wrong-revision') throw error;
      const entry = await this.#access.read(key);
      if (entry === undefined || entry.operation === 'put') throw error;
      return await this.#access.write(key, value, entry.revision);
    }
  }

  put(key: string, value: Uint8Array): Promise<number> {
    return this.#access.write(key, value, anyRevision);
  }

  update(key: string, value: Uint8Array, revision: number): Promise<number> {
    return this.#access.write(key, value, revision);
  }

  async delete(key: string, revision?: number): Promise<void> {
    await this.#access.write(key, nothing, revision ?? anyRevision, deletion);
  }

  watch(handlers: KeyValueWatchHandlers): KeyValueWatch {
    const { client, stream } = this.#access;
    const watch = new NatsWatch(
      client,
      stream,
      { keys: '>', include: 'last' },
      {
        entry: (entry) => handlers.entry(simple(entry)),
        initialised: () => handlers.initialised?.(),
      },
    );
    client.watches.add(watch);
    watch.place();
    return watch;
  }
}

/** A purge is a delete to whoever knows only these two. */
function simple({ key, value, revision, operation }: FullKeyValueEntry): KeyValueEntry {
  return { key, value, revision, operation: operation === 'put' ? 'put' : 'delete' };
}
