import { PortError } from '../../system/ports/errors.ts';
import type { PublishAck } from '../../system/ports/jetstream.ts';
import type {
  KeyValue,
  KeyValueEntry,
  KeyValueWatch,
  KeyValueWatchHandlers,
} from '../../system/ports/key-value.ts';
import type { NatsClient } from './nats-client.ts';
import { NatsWatch } from './watch.ts';

const anySequence = -1;
const noMessage = 0;
const nothing = new Uint8Array(0);

/** A bucket as one client reaches it: publishes to its stream, and reads from any replica (jetstream H62–H65). */
export class KeyValueClient implements KeyValue {
  readonly bucket: string;
  readonly #client: NatsClient;
  readonly #stream: string;
  /** By key: spares putting the subject together again for each call. */
  readonly #subjects = new Map<string, number>();

  constructor(client: NatsClient, bucket: string) {
    this.bucket = bucket;
    this.#client = client;
    this.#stream = `KV_${bucket}`;
  }

  async get(key: string): Promise<KeyValueEntry | undefined> {
    const entry = await this.#read(key);
    return entry?.operation === 'put' ? entry : undefined;
  }

  async entries(): Promise<readonly KeyValueEntry[]> {
    const entries = await this.#client.call<readonly KeyValueEntry[]>(
      `entries of ${this.bucket}`,
      (call) => ({ kind: 'read-all', stream: this.#stream, call }),
    );
    return entries.filter(({ operation }) => operation === 'put');
  }

  /** On a conflict it looks whether a delete marker is in the way, and writes over that (jetstream H64). */
  async create(key: string, value: Uint8Array): Promise<number> {
    try {
      return await this.#write(key, value, noMessage, false);
    } catch (error) {
      if (!(error instanceof PortError) || error.code !== 'wrong-revision') throw error;
      const entry = await this.#read(key);
      if (entry?.operation !== 'delete') throw error;
      return await this.#write(key, value, entry.revision, false);
    }
  }

  put(key: string, value: Uint8Array): Promise<number> {
    return this.#write(key, value, anySequence, false);
  }

  update(key: string, value: Uint8Array, revision: number): Promise<number> {
    return this.#write(key, value, revision, false);
  }

  async delete(key: string, revision?: number): Promise<void> {
    await this.#write(key, nothing, revision ?? anySequence, true);
  }

  watch(handlers: KeyValueWatchHandlers): KeyValueWatch {
    const watch = new NatsWatch(this.#client, this.#stream, handlers);
    this.#client.watches.add(watch);
    watch.place();
    return watch;
  }

  #read(key: string): Promise<KeyValueEntry | undefined> {
    const subject = this.#subject(key);
    return this.#client.call(`get ${key} of ${this.bucket}`, (call) => ({
      kind: 'read',
      stream: this.#stream,
      subject,
      call,
    }));
  }

  async #write(
    key: string,
    payload: Uint8Array,
    expectedSequence: number,
    deletes: boolean,
  ): Promise<number> {
    const subject = this.#subject(key);
    const { sequence } = await this.#client.call<PublishAck>(`write ${key} of ${this.bucket}`, (call) => ({
      kind: 'publish',
      subject,
      payload,
      messageId: '',
      deletes,
      expectedSequence,
      call,
    }));
    return sequence;
  }

  #subject(key: string): number {
    let subject = this.#subjects.get(key);
    if (subject === undefined) {
      subject = this.#client.cluster.subjects.number(`$KV.${this.bucket}.${key}`);
      this.#subjects.set(key, subject);
    }
    return subject;
  }
}
