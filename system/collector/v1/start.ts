import { PortError } from '../../ports/errors.ts';
import type { Ports } from '../../ports/index.ts';
import type { KafkaConnector, TopicSpec } from '../../ports/kafka.ts';
import type { KafkaClientSettings } from '../../kafka-client/settings.ts';
import { TopicProducer } from '../../kafka-client/topic-producer.ts';
import { CollectorMeters } from '../meters.ts';
import { forever } from '../retry.ts';
import type { CollectorSettings } from '../settings.ts';
import { CollectorShutdown } from '../shutdown.ts';
import { collectorHandlers, guarded } from '../handlers.ts';

export type V1CollectorPorts = Pick<
  Ports,
  'clock' | 'random' | 'cql' | 'rpc' | 'http' | 'process' | 'telemetry'
> & {
  readonly kafka: KafkaConnector;
};

export interface V1CollectorSettings extends CollectorSettings {
  readonly kafka: KafkaClientSettings;
  readonly completionTopic: TopicSpec;
}

/** Exit code of a process that was configured wrongly (EX_CONFIG): a restart will not mend it. */
const configurationExitCode = 78;

/**
 * Starts a Data Collector of V1: the same ingest, chunks and packing as in V2, but completions go to a Kafka topic, keyed
 * by unit (delivery R208). Resolves when it serves, or when it must not run at all.
 */
export async function startV1Collector(
  ports: V1CollectorPorts,
  settings: V1CollectorSettings,
): Promise<void> {
  const { process, telemetry } = ports;
  const stop = new CollectorShutdown(ports, settings);
  process.onTerminate(() => stop.begin());
  const producer = new TopicProducer(ports, settings.kafka, process.name, settings.completionTopic);
  stop.connection = {
    close: () => {
      producer.close();
      return Promise.resolve();
    },
  };
  const session = await forever(ports, settings, () => ports.cql.connect(process.name));
  if (stop.begun) return;
  try {
    await forever(ports, settings, () => producer.open());
  } catch (error) {
    if (!(error instanceof PortError)) throw error;
    process.setReady(false);
    process.exit(configurationExitCode);
    return;
  }
  if (stop.begun) return;
  const meters = new CollectorMeters(telemetry, settings.colour);
  const methods = collectorHandlers(ports, settings, session, producer, meters);
  stop.server = ports.rpc.serve(settings.port, guarded(ports, settings, methods));
  process.setReady(true);
}
