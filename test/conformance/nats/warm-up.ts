import { setTimeout as sleep } from 'node:timers/promises';
import { ClientConnector } from '../../../system/adapters/nats/index.ts';
import { PortError } from '../../../system/ports/errors.ts';
import type { LiveCluster } from '../../../chaos/live/nats/index.ts';
import { connectTimeoutMs } from './live-rig.ts';

const successesWanted = 3;
const withinMs = 30_000;
const pauseMs = 100;

/**
 * A cluster that formed just now may lose the first streams that it is asked for, or refuse them. Rejects with the last
 * refusal where it still does after 30 s.
 */
export async function warmUp(cluster: LiveCluster): Promise<void> {
  const url = cluster.urls.join(',');
  const connection = await new ClientConnector().connect({
    url,
    name: 'warm-up',
    timeoutMs: connectTimeoutMs,
  });
  const giveUpMs = performance.now() + withinMs;
  try {
    for (let attempt = 0, successes = 0; successes < successesWanted; attempt++) {
      try {
        await connection.management.createStream({ name: `warm-up-${attempt}`, replicas: 3 });
        await connection.management.deleteStream(`warm-up-${attempt}`);
        successes++;
      } catch (error) {
        if (!(error instanceof PortError) || performance.now() > giveUpMs) throw error;
        successes = 0;
        await sleep(pauseMs);
      }
    }
  } finally {
    await connection.close();
  }
}
