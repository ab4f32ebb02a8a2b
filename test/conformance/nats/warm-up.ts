import { ClientConnector } from '../../../system/adapters/nats/index.ts';
import { PortError } from '../../../system/ports/errors.ts';
import type { LiveCluster } from '../../../chaos/live/nats/index.ts';
import { connectTimeoutMs } from './live-rig.ts';

const successesWanted = 3;
const attemptLimit = 10;

/** A cluster that formed just now may lose the first streams that it is asked for. */
export async function warmUp(cluster: LiveCluster): Promise<void> {
  const url = cluster.urls.join(',');
  const connection = await new ClientConnector().connect({
    url,
    name: 'warm-up',
    timeoutMs: connectTimeoutMs,
  });
  let successes = 0;
  for (let attempt = 0; attempt < attemptLimit && successes < successesWanted; attempt++) {
    try {
      await connection.management.createStream({ name: `warm-up-${attempt}`, replicas: 3 });
      await connection.management.deleteStream(`warm-up-${attempt}`);
      successes++;
    } catch (error) {
      if (!(error instanceof PortError)) throw error;
      successes = 0;
    }
  }
  await connection.close();
}
