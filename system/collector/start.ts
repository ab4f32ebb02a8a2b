import { completionStreamConfig } from '../ports/completion.ts';
import { PortError } from '../ports/errors.ts';
import type { Ports } from '../ports/index.ts';
import type { NatsConnection } from '../ports/nats-connection.ts';
import { collectorHandlers, guarded } from './handlers.ts';
import { CollectorMeters } from './meters.ts';
import { forever } from './retry.ts';
import type { CollectorSettings } from './settings.ts';
import { CollectorShutdown } from './shutdown.ts';

export type CollectorPorts = Pick<
  Ports,
  'clock' | 'random' | 'nats' | 'cql' | 'rpc' | 'http' | 'process' | 'telemetry'
>;

/** Exit code of a process that was configured wrongly (EX_CONFIG): a restart will not mend it. */
const configurationExitCode = 78;

/**
 * Starts a Data Collector (delivery R1–R8): connects to the NATS of its colour and to the shared Cassandra, waiting for
 * either as long as it takes, makes sure of the stream, serves `ingest.proto` and reports ready. Resolves then, or when
 * the process must not run at all: a NATS of another colour (delivery F59), or a stream that is configured otherwise.
 *
 * It stays ready while NATS or Cassandra is away: its peers would be no better off, and without any endpoint every tool
 * would be cut off from what still works.
 *
 * SIGTERM: unready, serve on until the gateways know (`lameDuckMs`), refuse new calls, finish those in flight, close
 * NATS, exit 0; exit 1 when that takes longer than `graceMs`.
 */
export async function startCollector(ports: CollectorPorts, settings: CollectorSettings): Promise<void> {
  const { process, telemetry } = ports;
  const stop = new CollectorShutdown(ports, settings);
  process.onTerminate(() => stop.begin());

  const [connection, session] = await Promise.all([
    forever(ports, settings, () => connectNats(ports, settings)),
    forever(ports, settings, () => ports.cql.connect(process.name)),
  ]);
  stop.connection = connection;
  if (stop.begun) return;
  const refuse = (): void => {
    process.setReady(false);
    process.exit(configurationExitCode);
  };
  if (!isExpected(connection, settings)) {
    refuse();
    return;
  }
  // After a reconnect it may be another cluster that answers at the same address.
  connection.onStatus((status) => {
    if (status === 'connected' && !isExpected(connection, settings)) refuse();
  });
  try {
    await forever(ports, settings, () => connection.jetStream.ensureStream(completionStreamConfig));
  } catch (error) {
    if (!(error instanceof PortError)) throw error;
    refuse();
    return;
  }
  if (stop.begun) return;

  const meters = new CollectorMeters(telemetry, settings.colour);
  const methods = collectorHandlers(ports, settings, session, connection.jetStream, meters);
  stop.server = ports.rpc.serve(settings.port, guarded(ports, settings, methods));
  process.setReady(true);
}

function connectNats(ports: CollectorPorts, settings: CollectorSettings): Promise<NatsConnection> {
  return ports.nats.connect({
    url: settings.natsUrl,
    name: ports.process.name,
    timeoutMs: settings.connectTimeoutMs,
  });
}

function isExpected(connection: NatsConnection, settings: CollectorSettings): boolean {
  return (
    settings.expectedClusterName === undefined || connection.clusterName === settings.expectedClusterName
  );
}
