import type { NatsConnection, NatsConnector } from '../../system/ports/nats-connection.ts';
import { wrapConnector, wrapJetStream } from './wrap-nats.ts';

/** A connector whose consumptions end at the first loss of the connection, without a word. */
export function stoppingAtDisconnect(connector: NatsConnector): NatsConnector {
  return wrapConnector(connector, stopping);
}

function stopping(connection: NatsConnection): Partial<NatsConnection> {
  const { jetStream } = connection;
  const stops: (() => Promise<void>)[] = [];
  connection.onStatus((status) => {
    if (status === 'disconnected') for (const stop of stops.splice(0)) void stop();
  });
  return {
    jetStream: wrapJetStream(jetStream, {
      consume(stream, durable, options, handlers) {
        const consumption = jetStream.consume(stream, durable, options, handlers);
        stops.push(() => consumption.stop());
        return consumption;
      },
    }),
  };
}
