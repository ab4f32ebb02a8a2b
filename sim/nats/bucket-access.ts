import type { PublishAck } from '../../system/ports/jetstream.ts';
import type { FullKeyValueEntry } from '../../system/ports/key-value-full.ts';
import { headerNames, type MessageHeaders } from './message-headers.ts';
import type { NatsClient } from './nats-client.ts';
import type { Expectations, Rollup } from './operations.ts';

export const anyRevision = -1;
export const noRevision = 0;

/** What a write to a bucket carries beside its value. */
export interface WriteOptions {
  readonly headers?: MessageHeaders;
  readonly rollup?: Rollup;
  readonly ttl?: string;
}

const deleteHeaders: MessageHeaders = { [headerNames.operation]: 'DEL' };
export const deletion: WriteOptions = { headers: deleteHeaders };

/** The two ways into a bucket: publishes to its stream, and reads from any replica (jetstream H62–H65). */
export class BucketAccess {
  readonly bucket: string;
  readonly stream: string;
  readonly client: NatsClient;
  /** By key: spares putting the subject together again for each call. */
  readonly #subjects = new Map<string, number>();

  constructor(client: NatsClient, bucket: string) {
    this.bucket = bucket;
    this.client = client;
    this.stream = `KV_${bucket}`;
  }

  /** The last entry of a key, markers included. */
  read(key: string): Promise<FullKeyValueEntry | undefined> {
    const subject = this.#subject(key);
    return this.client.call(`get ${key} of ${this.bucket}`, (call) => ({
      kind: 'read',
      stream: this.stream,
      subject,
      call,
    }));
  }

  /** All entries of keys that match, oldest first. */
  readAll(keys: string): Promise<readonly FullKeyValueEntry[]> {
    return this.client.call(`entries of ${this.bucket}`, (call) => ({
      kind: 'read-all',
      stream: this.stream,
      keys,
      call,
    }));
  }

  /** Resolves to the revision. */
  async write(
    key: string,
    payload: Uint8Array,
    revision: number,
    options: WriteOptions = {},
  ): Promise<number> {
    const subject = this.#subject(key);
    const { headers, rollup = '', ttl = '' } = options;
    const expectations: Expectations | undefined =
      revision === anyRevision
        ? undefined
        : {
            stream: '',
            lastSequence: -1,
            lastSubjectSequence: revision,
            lastSubject: '',
            lastMessageId: '',
          };
    const { sequence } = await this.client.call<PublishAck>(`write ${key} of ${this.bucket}`, (call) => ({
      kind: 'publish',
      subject,
      payload,
      messageId: '',
      headers:
        revision === anyRevision
          ? headers
          : { ...headers, [headerNames.expectedLastSubjectSequence]: String(revision) },
      rollup,
      ttl,
      expectations,
      call,
    }));
    return sequence;
  }

  #subject(key: string): number {
    let subject = this.#subjects.get(key);
    if (subject === undefined) {
      subject = this.client.cluster.subjects.number(`$KV.${this.bucket}.${key}`);
      this.#subjects.set(key, subject);
    }
    return subject;
  }
}
