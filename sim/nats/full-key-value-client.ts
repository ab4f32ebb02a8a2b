import { PortError } from '../../system/ports/errors.ts';
import type {
  BucketWatchHandlers,
  BucketWatchOptions,
  FullKeyValue,
  FullKeyValueEntry,
} from '../../system/ports/key-value-full.ts';
import type { KeyValueWatch } from '../../system/ports/key-value.ts';
import { anyRevision, BucketAccess, deletion, noRevision, type WriteOptions } from './bucket-access.ts';
import { headerNames } from './message-headers.ts';
import type { NatsClient } from './nats-client.ts';
import { keyOf, operationOf } from './server-watch.ts';
import { NatsWatch } from './watch.ts';

const nothing = new Uint8Array(0);

/** A bucket to the letter (jetstream §1H). */
export class FullKeyValueClient implements FullKeyValue {
  readonly #access: BucketAccess;

  constructor(client: NatsClient, bucket: string) {
    this.#access = new BucketAccess(client, bucket);
  }

  get(key: string): Promise<FullKeyValueEntry | undefined> {
    return this.#access.read(key);
  }

  async getRevision(key: string, revision: number): Promise<FullKeyValueEntry | undefined> {
    const { client, stream } = this.#access;
    try {
      const message = await client.management.directMessage(stream, { kind: 'sequence', sequence: revision });
      if (keyOf(message.subject, stream) !== key) return undefined;
      const { payload, storedMs, headers } = message;
      return { key, value: payload, revision, operation: operationOf(headers), storedMs };
    } catch (error) {
      if (error instanceof PortError && error.code === 'not-found') return undefined;
      throw error;
    }
  }

  async create(key: string, value: Uint8Array, ttl?: string): Promise<number> {
    const options = withTtl(ttl);
    try {
      return await this.#access.write(key, value, noRevision, options);
    } catch (error) {
      if (!(error instanceof PortError) || error.code !== 'wrong-revision') throw error;
      const entry = await this.#access.read(key);
      if (entry === undefined || entry.operation === 'put') throw error;
      return await this.#access.write(key, value, entry.revision, options);
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

  async purge(
    key: string,
    options: { readonly revision?: number; readonly ttl?: string } = {},
  ): Promise<void> {
    const { mutations } = this.#access.client.cluster;
    const headers = { [headerNames.operation]: 'PURGE', [headerNames.rollup]: 'sub' };
    const rollup = mutations.purgeLeavesHistory ? '' : 'sub';
    const { headers: ttlHeaders, ...ttl } = withTtl(options.ttl);
    await this.#access.write(key, nothing, options.revision ?? anyRevision, {
      ...ttl,
      headers: { ...headers, ...ttlHeaders },
      rollup,
    });
  }

  history(key: string): Promise<readonly FullKeyValueEntry[]> {
    return this.#access.readAll(key);
  }

  async keys(): Promise<readonly string[]> {
    const live = new Set<string>();
    for (const { key, operation } of await this.#access.readAll('>')) {
      if (operation === 'put') live.add(key);
      else live.delete(key);
    }
    return [...live].sort((a, b) => (a < b ? -1 : 1));
  }

  watch(options: BucketWatchOptions, handlers: BucketWatchHandlers): KeyValueWatch {
    const { client, stream } = this.#access;
    const { keys = '>', include = 'last', ignoreDeletes = false, headersOnly = false } = options;
    const watch = new NatsWatch(
      client,
      stream,
      { keys, include },
      {
        entry(entry) {
          if (ignoreDeletes && entry.operation === 'delete') return;
          handlers.entry(headersOnly ? { ...entry, value: nothing } : entry);
        },
        initialised: () => handlers.initialised?.(),
      },
    );
    client.watches.add(watch);
    watch.place();
    return watch;
  }
}

function withTtl(ttl: string | undefined): WriteOptions {
  return ttl === undefined ? {} : { ttl, headers: { [headerNames.ttl]: ttl } };
}
