import type { JetStream } from '../../system/ports/jetstream.ts';
import type { NatsConnection, NatsConnector } from '../../system/ports/nats-connection.ts';

/** A connector whose consumptions end at the first loss of the connection, without a word. */
export function stoppingAtDisconnect(connector: NatsConnector): NatsConnector {
  return {
    connect: async (options) => wrap(await connector.connect(options)),
  };
}

function wrap(connection: NatsConnection): NatsConnection {
  const { jetStream } = connection;
  const stops: (() => Promise<void>)[] = [];
  connection.onStatus((status) => {
    if (status === 'disconnected') for (const stop of stops.splice(0)) void stop();
  });
  const stopping: JetStream = {
    ensureStream: (config) => jetStream.ensureStream(config),
    streamInfo: (stream) => jetStream.streamInfo(stream),
    purgeStream: (stream) => jetStream.purgeStream(stream),
    publish: (subject, payload, options) => jetStream.publish(subject, payload, options),
    ensureConsumer: (stream, config) => jetStream.ensureConsumer(stream, config),
    deleteConsumer: (stream, durable) => jetStream.deleteConsumer(stream, durable),
    consumerInfo: (stream, durable) => jetStream.consumerInfo(stream, durable),
    consumerNames: (stream) => jetStream.consumerNames(stream),
    consume(stream, durable, options, handlers) {
      const consumption = jetStream.consume(stream, durable, options, handlers);
      stops.push(() => consumption.stop());
      return consumption;
    },
  };
  return {
    clusterName: connection.clusterName,
    status: () => connection.status(),
    onStatus: (handler) => connection.onStatus(handler),
    jetStream: stopping,
    keyValue: (bucket) => connection.keyValue(bucket),
    createKeyValue: (config) => connection.createKeyValue(config),
    close: () => connection.close(),
  };
}
