import type { KeyValue } from '../../system/ports/key-value.ts';
import type { NatsConnector } from '../../system/ports/nats-connection.ts';
import { wrapBucket, wrapConnector } from './wrap-nats.ts';

/** A connector whose buckets of these names take every write, whatever was there before; `blind` ones also read as empty. */
export function overwriting(
  connector: NatsConnector,
  buckets: readonly string[],
  blind = false,
): NatsConnector {
  return wrapConnector(connector, (connection) => ({
    keyValue: (bucket) =>
      buckets.includes(bucket)
        ? withoutCompare(connection.keyValue(bucket), blind)
        : connection.keyValue(bucket),
  }));
}

function withoutCompare(bucket: KeyValue, blind: boolean): KeyValue {
  return wrapBucket(bucket, {
    entries: () => (blind ? Promise.resolve([]) : bucket.entries()),
    create: (key, value) => bucket.put(key, value),
    update: (key, value) => bucket.put(key, value),
  });
}
