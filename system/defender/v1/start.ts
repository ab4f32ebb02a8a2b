import type { Ports } from '../../ports/index.ts';
import type { KafkaConnector } from '../../ports/kafka.ts';
import { BrokerPool } from '../../kafka-client/broker-pool.ts';
import { TopicProducer } from '../../kafka-client/topic-producer.ts';
import { CompletionHandler } from '../consumption/completion-handler.ts';
import { ProcessingSlots } from '../consumption/processing-slots.ts';
import { defenderMetrics } from '../metrics.ts';
import { Pipeline } from '../processing/pipeline.ts';
import { BackOff, passPortError } from '../retry.ts';
import { PartitionConsumption } from './partition-consumption.ts';
import type { V1DefenderSettings } from './settings.ts';

export type V1DefenderPorts = Pick<Ports, 'clock' | 'random' | 'cql' | 'process' | 'telemetry'> & {
  readonly kafka: KafkaConnector;
};

/** Left of the grace period when the process ends by itself, whatever is still open. */
const marginMs = 1_000;

/**
 * Starts one Defender of V1 (delivery R208, R209): no id, no leader, no map of its own: the consumer group of Kafka says who
 * has which partitions, and so which units. Charts, judgements and alarms are made by the same code as in V2. Resolves when
 * it takes part; tries again while Kafka or Cassandra cannot be reached.
 */
export async function startV1Defender(ports: V1DefenderPorts, settings: V1DefenderSettings): Promise<void> {
  const { clock, process } = ports;
  let terminate = (): void => {
    process.exit(0);
  };
  process.onTerminate(() => {
    terminate();
  });
  const session = await persist(ports, settings, () => ports.cql.connect(process.name));
  const deadLetters = new TopicProducer(ports, settings.consumer, process.name, settings.deadLetterTopic);
  const completions = new TopicProducer(ports, settings.consumer, process.name, settings.completionTopic);
  await persist(ports, settings, () => deadLetters.open());
  await persist(ports, settings, () => completions.open());
  completions.close();

  const metrics = defenderMetrics(ports.telemetry, settings.colour, process.name);
  const cache = settings.createHistoryCache(settings.cacheLimitBytes);
  const pipeline = new Pipeline(ports, settings, session, cache, metrics);
  const handler = new CompletionHandler(ports, settings, deadLetters, pipeline, metrics);
  const slots = new ProcessingSlots(settings.maxConcurrent);
  const pool = new BrokerPool(ports, settings.consumer, process.name);
  const consumption = new PartitionConsumption({ ports, settings, slots, handler }, ports, pool, cache);
  clock.every(settings.recheckMs, () => {
    void pipeline.recheck();
  });
  terminate = (): void => {
    void shutDown(ports, settings, consumption);
  };
  consumption.start();
  process.setReady(true);
}

/** Ends in the order of R202 as far as V1 has it: stop, finish what is in work, leave the group, exit. */
async function shutDown(
  { clock, process }: V1DefenderPorts,
  settings: V1DefenderSettings,
  consumption: PartitionConsumption,
): Promise<void> {
  clock.after(settings.graceMs - marginMs, () => {
    process.exit(1);
  });
  process.setReady(false);
  await consumption.drain(settings.drainMs);
  await consumption.leave();
  process.exit(0);
}

/** Tries until it succeeds. */
async function persist<T>(
  { clock, random }: V1DefenderPorts,
  settings: V1DefenderSettings,
  step: () => Promise<T>,
): Promise<T> {
  const backOff = new BackOff(random, settings.retryMinMs, settings.retryMaxMs);
  for (;;) {
    try {
      return await step();
    } catch (error) {
      passPortError(error);
      await clock.sleep(backOff.nextMs());
    }
  }
}
