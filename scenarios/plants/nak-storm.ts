import type { CqlConnector } from '../../system/ports/cql.ts';
import type { DeliveredMessage } from '../../system/ports/jetstream.ts';
import type { NatsConnector } from '../../system/ports/nats-connection.ts';
import { tchartTable } from '../../system/ports/tables.ts';
import type { Plant } from './plant.ts';
import { wrapConnector, wrapJetStream } from './wrap-nats.ts';

const readsInARound = 60;
const blindInARound = 30;

/** For a while no T-chart can be seen. */
function blinking(connector: CqlConnector): CqlConnector {
  return {
    async connect(name) {
      const session = await connector.connect(name);
      let reads = 0;
      return {
        async execute(statement, values, options) {
          const result = await session.execute(statement, values, options);
          if (statement.kind !== 'select' || statement.table !== tchartTable) return result;
          return ++reads % readsInARound < blindInARound ? { rows: [] } : result;
        },
      };
    },
  };
}

function givenBackAtOnce(message: DeliveredMessage): DeliveredMessage {
  return {
    subject: message.subject,
    payload: message.payload,
    messageId: message.messageId,
    streamSequence: message.streamSequence,
    deliveryCount: message.deliveryCount,
    storedMs: message.storedMs,
    ack: () => message.ack(),
    ackConfirmed: (timeoutMs) => message.ackConfirmed(timeoutMs),
    nak: () => message.nak(),
    inProgress: () => message.inProgress(),
    terminate: (reason) => message.terminate(reason),
  };
}

function impatient(connector: NatsConnector): NatsConnector {
  return wrapConnector(connector, ({ jetStream }) => ({
    jetStream: wrapJetStream(jetStream, {
      consume: (stream, durable, options, handlers) =>
        jetStream.consume(stream, durable, options, {
          ...handlers,
          message: (message) => {
            handlers.message(givenBackAtOnce(message));
          },
        }),
    }),
  }));
}

/** Breaks `delivery.calm`. */
export const nakStorm: Plant = {
  name: 'nak-storm',
  summary:
    'what fails is given back without a pause and without end, and for a while T-charts cannot be seen',
  rule: 'delivery.calm',
  scenario: 'quiet-day',
  overrides: { tools: '60', minutes: '20' },
  customisation: {
    defender: (settings) => ({
      ...settings,
      maxFailures: Number.MAX_SAFE_INTEGER,
      maxDeliveries: Number.MAX_SAFE_INTEGER,
    }),
    ports: (component, ports) =>
      component === 'defender' ? { ...ports, nats: impatient(ports.nats), cql: blinking(ports.cql) } : ports,
  },
};
