import { KvWatchInclude, type JetStreamClient, type KvEntry, type KvWatchInclude as Include } from 'nats';
import type { KeyValueWatch } from '../../ports/key-value.ts';
import type {
  BucketWatchHandlers,
  BucketWatchOptions,
  FullKeyValueEntry,
} from '../../ports/key-value-full.ts';
import type { WatchBucket } from './bucket-watch.ts';
import { plainBytes } from './plain-bytes.ts';

/** A watch that could not be placed is tried again after this time: no leader, no connection. */
const retryMs = 2_000;

/** Watches through the `nats` package. */
export function clientWatches(jetStream: JetStreamClient): WatchBucket {
  return (bucket, options, handlers) => new ClientWatch(jetStream, bucket, options, handlers);
}

class ClientWatch implements KeyValueWatch {
  readonly #jetStream: JetStreamClient;
  readonly #bucket: string;
  readonly #options: BucketWatchOptions;
  readonly #handlers: BucketWatchHandlers;
  #end: (() => void) | undefined;
  #stopped = false;

  constructor(
    jetStream: JetStreamClient,
    bucket: string,
    options: BucketWatchOptions,
    handlers: BucketWatchHandlers,
  ) {
    this.#jetStream = jetStream;
    this.#bucket = bucket;
    this.#options = options;
    this.#handlers = handlers;
    void this.#run();
  }

  stop(): void {
    this.#stopped = true;
    this.#end?.();
  }

  async #run(): Promise<void> {
    let initialised = false;
    while (!this.#stopped) {
      try {
        await this.#follow(() => {
          if (initialised || this.#stopped) return;
          initialised = true;
          this.#handlers.initialised?.();
        });
      } catch {
        await this.#pause();
      }
    }
  }

  async #follow(initializedFn: () => void): Promise<void> {
    const { keys, include, ignoreDeletes, headersOnly } = this.#options;
    const view = await this.#jetStream.views.kv(this.#bucket, { bindOnly: true });
    const entries = await view.watch({
      initializedFn,
      include: includeOf(include ?? 'last'),
      ...(keys === undefined ? {} : { key: keys }),
      ...(headersOnly === undefined ? {} : { headers_only: headersOnly }),
    });
    this.#end = () => entries.stop();
    if (this.#stopped) entries.stop();
    for await (const entry of entries) {
      // Left out here: the library would not notice that the first values are complete where a delete is the last of them.
      if (ignoreDeletes === true && entry.operation === 'DEL') continue;
      if (!this.#stopped) this.#handlers.entry(fullEntry(entry));
    }
    this.#end = undefined;
  }

  #pause(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, retryMs);
      this.#end = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

function includeOf(include: NonNullable<BucketWatchOptions['include']>): Include {
  switch (include) {
    case 'last':
      return KvWatchInclude.LastValue;
    case 'history':
      return KvWatchInclude.AllHistory;
    case 'updates':
      return KvWatchInclude.UpdatesOnly;
  }
}

function fullEntry({ key, value, revision, operation, created }: KvEntry): FullKeyValueEntry {
  return {
    key,
    value: plainBytes(value),
    revision,
    operation: operation === 'DEL' ? 'delete' : operation === 'PURGE' ? 'purge' : 'put',
    storedMs: created.getTime(),
  };
}
