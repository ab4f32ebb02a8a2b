import type { ExperimentSide } from '../system/ports/experiment-side.ts';
import type { CqlConnector } from '../system/ports/cql.ts';
import type { Ports } from '../system/ports/index.ts';
import type { JetStream } from '../system/ports/jetstream.ts';
import type { NatsConnection, NatsConnector } from '../system/ports/nats-connection.ts';
import type { SystemEvent } from '../system/ports/system-event.ts';
import { isExperimentName } from '../system/routing/experiment/isolation.ts';
import type { ExperimentObservation } from './history/experiment-event.ts';

type Touched = Extract<ExperimentObservation, { kind: 'experiment.touched' }>;
type Tell = (what: Touched['what'], name: string) => void;

/**
 * The ports of an experiment's pod, watched from below: whatever keeps it from what is live lies above. Every write
 * under a name that is not an experiment's, and every consumer of a stream that is not, is told. Reads are not: tables
 * of the fab that an experiment only reads are no harm.
 */
export function watchedPorts(
  ports: Ports,
  side: ExperimentSide,
  pod: string,
  record: (event: ExperimentObservation) => void,
): Ports {
  const tell: Tell = (what, name) => {
    if (!isExperimentName(name)) record({ kind: 'experiment.touched', side, pod, what, name });
  };
  return { ...ports, nats: watchedNats(ports.nats, tell), cql: watchedCql(ports.cql, tell) };
}

/** Its telemetry, of which only the work is told; the rest would read as a colour's. */
export function observedWork(
  event: SystemEvent,
  side: ExperimentSide,
  image: string,
): ExperimentObservation | undefined {
  if (event.kind !== 'request.stored' && event.kind !== 'uchart.stored') return undefined;
  const work = event.kind === 'request.stored' ? 'stored' : 'processed';
  return { kind: 'experiment.worked', side, image, work, contextId: event.contextId };
}

function watchedCql(connector: CqlConnector, tell: Tell): CqlConnector {
  return {
    async connect(name) {
      const session = await connector.connect(name);
      return {
        execute(statement, values, options) {
          if (statement.kind !== 'select') tell('table', statement.table.name);
          return session.execute(statement, values, options);
        },
      };
    },
  };
}

function watchedNats(connector: NatsConnector, tell: Tell): NatsConnector {
  return {
    async connect(options) {
      const connection = await connector.connect(options);
      const watched: NatsConnection = {
        clusterName: connection.clusterName,
        status: () => connection.status(),
        onStatus: (handler) => connection.onStatus(handler),
        jetStream: watchedJetStream(connection.jetStream, tell),
        keyValue(bucket) {
          tell('bucket', bucket);
          return connection.keyValue(bucket);
        },
        createKeyValue(config) {
          tell('bucket', config.bucket);
          return connection.createKeyValue(config);
        },
        close: () => connection.close(),
      };
      return watched;
    },
  };
}

function watchedJetStream(jetStream: JetStream, tell: Tell): JetStream {
  return {
    ensureStream(config) {
      tell('stream', config.name);
      return jetStream.ensureStream(config);
    },
    streamInfo: (stream) => jetStream.streamInfo(stream),
    purgeStream(stream) {
      tell('stream', stream);
      return jetStream.purgeStream(stream);
    },
    publish(subject, payload, options) {
      tell('subject', subject);
      return jetStream.publish(subject, payload, options);
    },
    ensureConsumer(stream, config) {
      tell('durable', stream);
      return jetStream.ensureConsumer(stream, config);
    },
    deleteConsumer(stream, durable) {
      tell('durable', stream);
      return jetStream.deleteConsumer(stream, durable);
    },
    consumerInfo: (stream, durable) => jetStream.consumerInfo(stream, durable),
    consumerNames: (stream) => jetStream.consumerNames(stream),
    consume(stream, durable, options, handlers) {
      tell('durable', stream);
      return jetStream.consume(stream, durable, options, handlers);
    },
  };
}
