import type { NatsConnection } from '../ports/nats-connection.ts';
import type { CqlSession } from '../ports/cql.ts';
import { CompletionHandler } from './consumption/completion-handler.ts';
import type { JetStream } from '../ports/jetstream.ts';
import { DurablePerUnit } from './consumption/durable-per-unit.ts';
import { FilteredDurable } from './consumption/filtered-durable.ts';
import type { UnitSource } from './consumption/unit-source.ts';
import { ConsumptionManager } from './consumption/consumption-manager.ts';
import { ProcessingSlots } from './consumption/processing-slots.ts';
import type { DefenderPorts } from './defender-ports.ts';
import { Member } from './member.ts';
import type { MemberParts } from './member.ts';
import { defenderMetrics } from './metrics.ts';
import { bucketConfigs, bucketNames, completionStreamConfig, deadLetterStreamConfig } from './names.ts';
import { Pipeline } from './processing/pipeline.ts';
import { BackOff, hasCode, passPortError } from './retry.ts';
import type { DefenderSettings } from './settings.ts';
import { shutDown } from './shutdown.ts';
import { StateMachine } from './state.ts';

/** `EX_CONFIG`: the address leads to the other colour's NATS (delivery F59). */
export const wrongClusterExitCode = 78;

/**
 * Starts one Defender: connects, then takes part in the cluster of its colour until SIGTERM. Resolves when it takes part,
 * or when it refuses to; never rejects. While NATS or Cassandra cannot be reached it tries again.
 */
export async function startDefender(ports: DefenderPorts, settings: DefenderSettings): Promise<void> {
  const { process, telemetry } = ports;
  let terminate = (): void => {
    process.exit(0);
  };
  process.onTerminate(() => {
    terminate();
  });
  const state = new StateMachine(telemetry, settings.colour, process.name);
  const connection = await persist(ports, settings, () =>
    ports.nats.connect({
      url: settings.natsUrl,
      name: process.name,
      timeoutMs: settings.natsTimeoutMs,
    }),
  );
  const { expectedClusterName } = settings;
  if (expectedClusterName !== undefined && connection.clusterName !== expectedClusterName) {
    process.exit(wrongClusterExitCode);
    return;
  }
  const session = await persist(ports, settings, () => ports.cql.connect(process.name));
  await persist(ports, settings, () => ensureResources(connection, settings));

  const parts = assemble(ports, settings, connection, session, state);
  const member = new Member(parts);
  terminate = (): void => {
    void shutDown(parts, member);
  };
  member.start();
}

function assemble(
  ports: DefenderPorts,
  settings: DefenderSettings,
  connection: NatsConnection,
  session: CqlSession,
  state: StateMachine,
): MemberParts {
  const { jetStream } = connection;
  const metrics = defenderMetrics(ports.telemetry, settings.colour, ports.process.name);
  const cache = settings.createHistoryCache(settings.cacheLimitBytes);
  const pipeline = new Pipeline(ports, settings, session, cache, metrics);
  const handler = new CompletionHandler(ports, settings, jetStream, pipeline, metrics);
  const slots = new ProcessingSlots(settings.maxConcurrent);
  const source = sourceOf(ports, settings, jetStream, state);
  const consumption = new ConsumptionManager({ ports, settings, source, slots, handler, state }, cache);
  return { ports, settings, connection, state, consumption, metrics, pipeline };
}

function sourceOf(
  { clock }: DefenderPorts,
  settings: DefenderSettings,
  jetStream: JetStream,
  state: StateMachine,
): UnitSource {
  switch (settings.consumerModel) {
    case 'durable-per-unit':
      return new DurablePerUnit(jetStream, settings);
    case 'filtered-durable':
      return new FilteredDurable(clock, jetStream, settings, state);
  }
}

/** Streams and buckets, each created by whoever comes first. One that is there in another form is somebody's decision. */
async function ensureResources(connection: NatsConnection, settings: DefenderSettings): Promise<void> {
  const { jetStream } = connection;
  const configs = bucketConfigs(bucketNames(settings.bucketSuffix));
  await unlessConflict(jetStream.ensureStream(completionStreamConfig));
  await unlessConflict(jetStream.ensureStream(deadLetterStreamConfig));
  for (const config of configs) await unlessConflict(connection.createKeyValue(config));
}

async function unlessConflict(creation: Promise<void>): Promise<void> {
  try {
    await creation;
  } catch (error) {
    if (!hasCode(error, 'conflict')) throw error;
  }
}

/** Tries until it succeeds. */
async function persist<T>(
  { clock, random }: DefenderPorts,
  settings: DefenderSettings,
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
