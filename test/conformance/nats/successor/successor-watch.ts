import { jetstreamManager, type JetStreamManager } from '@nats-io/jetstream';
import { Kvm, KvWatchInclude, type KvWatchEntry } from '@nats-io/kv';
import type { NatsConnection, QueuedIterator } from '@nats-io/transport-node';
import type { WatchBucket } from '../../../../system/adapters/nats/bucket-watch.ts';
import { plainBytes } from '../../../../system/adapters/nats/plain-bytes.ts';
import type {
  BucketWatchHandlers,
  BucketWatchOptions,
  FullKeyValueEntry,
} from '../../../../system/ports/key-value-full.ts';

/** Watches through `@nats-io/kv`. A watch that cannot be placed ends in silence; sequences do not break connections. */
export function successorWatches(client: NatsConnection): WatchBucket {
  return (bucket, options, handlers) => {
    let stopped = false;
    let entries: QueuedIterator<KvWatchEntry> | undefined;
    const follow = async (): Promise<void> => {
      const manager = await jetstreamManager(client, { checkAPI: false });
      // The successor has no call for the end of the first values: the last of them is marked, and none are not told of.
      const first = options.include === 'updates' ? 0 : await storedKeys(manager, bucket, options);
      const view = await new Kvm(client).open(bucket);
      entries = await view.watch({
        include: includeOf(options.include ?? 'last'),
        ...(options.keys === undefined ? {} : { key: options.keys }),
        ...(options.headersOnly === undefined ? {} : { headers_only: options.headersOnly }),
      });
      if (stopped) entries.stop();
      await handOver(entries, first === 0, options, handlers);
    };
    void follow().catch(() => undefined);
    return {
      stop: () => {
        stopped = true;
        entries?.stop();
      },
    };
  };
}

async function handOver(
  entries: QueuedIterator<KvWatchEntry>,
  empty: boolean,
  options: BucketWatchOptions,
  handlers: BucketWatchHandlers,
): Promise<void> {
  let initialised = empty;
  if (empty) handlers.initialised?.();
  for await (const entry of entries) {
    if (options.ignoreDeletes !== true || entry.operation !== 'DEL') handlers.entry(fullEntry(entry));
    if (initialised || !entry.isUpdate) continue;
    initialised = true;
    handlers.initialised?.();
  }
}

async function storedKeys(
  manager: JetStreamManager,
  bucket: string,
  { keys = '>' }: BucketWatchOptions,
): Promise<number> {
  const filter = `$KV.${bucket}.${keys}`;
  const { state } = await manager.streams.info(`KV_${bucket}`, { subjects_filter: filter });
  return Object.keys(state.subjects ?? {}).length;
}

function includeOf(include: NonNullable<BucketWatchOptions['include']>): KvWatchInclude {
  switch (include) {
    case 'last':
      return KvWatchInclude.LastValue;
    case 'history':
      return KvWatchInclude.AllHistory;
    case 'updates':
      return KvWatchInclude.UpdatesOnly;
  }
}

function fullEntry({ key, value, revision, operation, created }: KvWatchEntry): FullKeyValueEntry {
  return {
    key,
    value: plainBytes(value),
    revision,
    operation: operation === 'DEL' ? 'delete' : operation === 'PURGE' ? 'purge' : 'put',
    storedMs: created.getTime(),
  };
}
