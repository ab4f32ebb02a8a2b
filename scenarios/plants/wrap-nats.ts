import type { JetStream } from '../../system/ports/jetstream.ts';
import type { KeyValue } from '../../system/ports/key-value.ts';
import type { NatsConnection, NatsConnector } from '../../system/ports/nats-connection.ts';

/** A connector whose connections are the same, but for what `replace` gives of each. */
export function wrapConnector(
  connector: NatsConnector,
  replace: (connection: NatsConnection) => Partial<NatsConnection>,
): NatsConnector {
  return {
    connect: async (options) => wrapConnection(await connector.connect(options), replace),
  };
}

function wrapConnection(
  connection: NatsConnection,
  replace: (connection: NatsConnection) => Partial<NatsConnection>,
): NatsConnection {
  return {
    clusterName: connection.clusterName,
    status: () => connection.status(),
    onStatus: (handler) => connection.onStatus(handler),
    jetStream: connection.jetStream,
    keyValue: (bucket) => connection.keyValue(bucket),
    createKeyValue: (config) => connection.createKeyValue(config),
    close: () => connection.close(),
    ...replace(connection),
  };
}

/** The same bucket, but for the methods that are replaced. */
export function wrapBucket(bucket: KeyValue, replaced: Partial<KeyValue>): KeyValue {
  return {
    bucket: bucket.bucket,
    get: (key) => bucket.get(key),
    entries: () => bucket.entries(),
    create: (key, value) => bucket.create(key, value),
    put: (key, value) => bucket.put(key, value),
    update: (key, value, revision) => bucket.update(key, value, revision),
    delete: (key, revision) => bucket.delete(key, revision),
    watch: (handlers) => bucket.watch(handlers),
    ...replaced,
  };
}

/** The same JetStream, but for the methods that are replaced. */
export function wrapJetStream(jetStream: JetStream, replaced: Partial<JetStream>): JetStream {
  return {
    ensureStream: (config) => jetStream.ensureStream(config),
    streamInfo: (stream) => jetStream.streamInfo(stream),
    purgeStream: (stream) => jetStream.purgeStream(stream),
    publish: (subject, payload, options) => jetStream.publish(subject, payload, options),
    ensureConsumer: (stream, config) => jetStream.ensureConsumer(stream, config),
    deleteConsumer: (stream, durable) => jetStream.deleteConsumer(stream, durable),
    consumerInfo: (stream, durable) => jetStream.consumerInfo(stream, durable),
    consumerNames: (stream) => jetStream.consumerNames(stream),
    consume: (stream, durable, options, handlers) => jetStream.consume(stream, durable, options, handlers),
    ...replaced,
  };
}
