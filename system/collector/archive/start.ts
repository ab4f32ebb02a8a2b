import type { CqlConnector } from '../../ports/cql.ts';
import type { Ports } from '../../ports/index.ts';
import { forever } from '../retry.ts';
import { ArchiveJob } from './archive-job.ts';
import type { ArchiveSettings } from './settings.ts';

export type ArchiveProcessPorts = Pick<Ports, 'clock' | 'random' | 'cql' | 'process' | 'telemetry'> & {
  /** The offline store. */
  readonly offline: CqlConnector;
};

const connecting = { retryMinMs: 500, retryMaxMs: 30_000 };

/**
 * Runs the archive job: a pass at once and then every `passMs`, for as long as the process lives. One replica is enough;
 * more do no harm. SIGTERM ends it where it stands: the next start repeats what was under way.
 */
export async function startArchive(ports: ArchiveProcessPorts, settings: ArchiveSettings): Promise<void> {
  const { clock, process, telemetry } = ports;
  process.onTerminate(() => process.exit(0));
  const [store, offline] = await Promise.all([
    forever(ports, connecting, () => ports.cql.connect(process.name)),
    forever(ports, connecting, () => ports.offline.connect(process.name)),
  ]);
  const job = new ArchiveJob({ clock, telemetry }, store, offline, settings);
  const behind = telemetry.gauge('archive_partitions_behind', {});
  process.setReady(true);
  for (;;) {
    behind.set(await job.pass());
    await clock.sleep(settings.passMs);
  }
}
