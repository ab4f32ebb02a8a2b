import type { KeyValue } from '../../system/ports/key-value.ts';
import type { NatsConnection, NatsConnector } from '../../system/ports/nats-connection.ts';

/** A connector whose buckets of these names take every write, whatever was there before; `blind` ones also read as empty. */
export function overwriting(
  connector: NatsConnector,
  buckets: readonly string[],
  blind = false,
): NatsConnector {
  return {
    async connect(options) {
      const connection = await connector.connect(options);
      const wrapped: NatsConnection = {
        clusterName: connection.clusterName,
        status: () => connection.status(),
        onStatus: (handler) => connection.onStatus(handler),
        jetStream: connection.jetStream,
        keyValue: (bucket) =>
          buckets.includes(bucket)
            ? withoutCompare(connection.keyValue(bucket), blind)
            : connection.keyValue(bucket),
        createKeyValue: (config) => connection.createKeyValue(config),
        close: () => connection.close(),
      };
      return wrapped;
    },
  };
}

function withoutCompare(bucket: KeyValue, blind: boolean): KeyValue {
  return {
    bucket: bucket.bucket,
    get: (key) => bucket.get(key),
    entries: () => (blind ? Promise.resolve([]) : bucket.entries()),
    create: (key, value) => bucket.put(key, value),
    put: (key, value) => bucket.put(key, value),
    update: (key, value) => bucket.put(key, value),
    delete: (key, revision) => bucket.delete(key, revision),
    watch: (handlers) => bucket.watch(handlers),
  };
}
