import { PortError } from '../../ports/errors.ts';
import type { JetStreamManagement, StreamMessage } from '../../ports/jetstream-management.ts';
import type { FullPublishOptions, JetStreamPublisher } from '../../ports/jetstream-publish.ts';
import type { KeyValueWatch } from '../../ports/key-value.ts';
import type {
  BucketWatchHandlers,
  BucketWatchOptions,
  FullKeyValue,
  FullKeyValueEntry,
} from '../../ports/key-value-full.ts';
import { apiTimeoutMs } from './api-request.ts';
import type { WatchBucket } from './bucket-watch.ts';

const nothing = new Uint8Array(0);

/** A bucket over publishes and direct gets, one request each (jetstream H62–H66). */
export class ClientFullKeyValue implements FullKeyValue {
  readonly #bucket: string;
  readonly #management: JetStreamManagement;
  readonly #publisher: JetStreamPublisher;
  readonly #watch: WatchBucket;

  constructor(
    bucket: string,
    management: JetStreamManagement,
    publisher: JetStreamPublisher,
    watch: WatchBucket,
  ) {
    this.#bucket = bucket;
    this.#management = management;
    this.#publisher = publisher;
    this.#watch = watch;
  }

  get(key: string): Promise<FullKeyValueEntry | undefined> {
    return this.#found({ kind: 'last-of-subject', subject: this.#subject(key) });
  }

  async getRevision(key: string, revision: number): Promise<FullKeyValueEntry | undefined> {
    const entry = await this.#found({ kind: 'sequence', sequence: revision });
    return entry?.key === key ? entry : undefined;
  }

  async create(key: string, value: Uint8Array, ttl?: string): Promise<number> {
    const lifetime = ttl === undefined ? {} : { ttl };
    try {
      return await this.#write(key, value, { expectedLastSubjectSequence: 0, ...lifetime });
    } catch (error) {
      if (!(error instanceof PortError) || error.code !== 'wrong-revision') throw error;
      const entry = await this.get(key);
      if (entry === undefined || entry.operation === 'put') throw error;
      return await this.#write(key, value, { expectedLastSubjectSequence: entry.revision, ...lifetime });
    }
  }

  put(key: string, value: Uint8Array): Promise<number> {
    return this.#write(key, value, {});
  }

  update(key: string, value: Uint8Array, revision: number): Promise<number> {
    return this.#write(key, value, { expectedLastSubjectSequence: revision });
  }

  async delete(key: string, revision?: number): Promise<void> {
    await this.#write(key, nothing, { headers: { 'KV-Operation': 'DEL' }, ...expected(revision) });
  }

  async purge(
    key: string,
    options: { readonly revision?: number; readonly ttl?: string } = {},
  ): Promise<void> {
    const { revision, ttl } = options;
    await this.#write(key, nothing, {
      headers: { 'KV-Operation': 'PURGE' },
      rollup: 'sub',
      ...expected(revision),
      ...(ttl === undefined ? {} : { ttl }),
    });
  }

  history(key: string): Promise<readonly FullKeyValueEntry[]> {
    return this.#collect({ keys: key, include: 'history' });
  }

  async keys(): Promise<readonly string[]> {
    const entries = await this.#collect({ headersOnly: true });
    const live = entries.filter(({ operation }) => operation === 'put').map(({ key }) => key);
    return live.sort((left, right) => (left < right ? -1 : 1));
  }

  watch(options: BucketWatchOptions, handlers: BucketWatchHandlers): KeyValueWatch {
    return this.#watch(this.#bucket, options, handlers);
  }

  /** What a watch hands over first. */
  #collect(options: BucketWatchOptions): Promise<readonly FullKeyValueEntry[]> {
    return new Promise((resolve, reject) => {
      const entries: FullKeyValueEntry[] = [];
      const watch = this.#watch(this.#bucket, options, {
        entry: (entry) => entries.push(entry),
        initialised: () => {
          clearTimeout(expiry);
          watch.stop();
          resolve(entries);
        },
      });
      const expiry = setTimeout(() => {
        watch.stop();
        reject(new PortError(`entries of ${this.#bucket}: timeout`, 'timeout'));
      }, apiTimeoutMs);
    });
  }

  async #found(
    selector: Parameters<JetStreamManagement['directMessage']>[1],
  ): Promise<FullKeyValueEntry | undefined> {
    try {
      return this.#entry(await this.#management.directMessage(`KV_${this.#bucket}`, selector));
    } catch (error) {
      // Status 404 is the answer of a replica that has no such message; anything else is an error.
      if (error instanceof PortError && error.code === 'not-found' && error.server?.errorCode === 0)
        return undefined;
      throw error;
    }
  }

  async #write(
    key: string,
    value: Uint8Array,
    options: Omit<FullPublishOptions, 'timeoutMs'>,
  ): Promise<number> {
    const { sequence } = await this.#publisher.publish(this.#subject(key), value, {
      timeoutMs: apiTimeoutMs,
      ...options,
    });
    return sequence;
  }

  #entry({ subject, sequence, headers, payload, storedMs }: StreamMessage): FullKeyValueEntry {
    const marked = headers['KV-Operation'] === 'PURGE' || headers['Nats-Marker-Reason'] !== undefined;
    return {
      key: subject.slice(this.#subject('').length),
      value: payload,
      revision: sequence,
      operation: headers['KV-Operation'] === 'DEL' ? 'delete' : marked ? 'purge' : 'put',
      storedMs,
    };
  }

  #subject(key: string): string {
    return `$KV.${this.#bucket}.${key}`;
  }
}

function expected(revision: number | undefined): Pick<FullPublishOptions, 'expectedLastSubjectSequence'> {
  return revision === undefined ? {} : { expectedLastSubjectSequence: revision };
}
