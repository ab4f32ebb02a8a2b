import { afterAll, beforeAll, describe } from 'vitest';
import { ClientConnector } from '../../../system/adapters/nats/index.ts';
import { PortError } from '../../../system/ports/errors.ts';
import { installServer, LiveCluster, type ServerVersion } from '../../../chaos/live/nats/index.ts';

const formWithinMs = 30_000;

/**
 * A suite against one real cluster of three servers, got and started by itself. Where the server cannot be got the
 * suite is skipped and says which command gets it.
 */
export async function describeLive(
  title: string,
  version: ServerVersion,
  tests: (cluster: () => LiveCluster) => void,
): Promise<void> {
  const binary = await installServer(version);
  if (binary.kind === 'missing') {
    const reason = `${binary.problem}. To put it right: ${binary.command}`;
    console.warn(`skipped: ${title} on nats-server ${version}: ${reason}`);
    describe.skip(`${title} on nats-server ${version} (skipped: ${reason})`, () =>
      tests(() => never(reason)));
    return;
  }
  describe(`${title} on nats-server ${version}`, () => {
    let cluster: LiveCluster | undefined;
    beforeAll(async () => {
      cluster = await LiveCluster.start({ version, name: 'conformance', nodeCount: 3, formWithinMs });
      await warmUp(cluster);
    }, formWithinMs * 3);
    afterAll(async () => {
      await cluster?.stop();
    });
    tests(() => cluster ?? never('the cluster did not start'));
  });
}

const warmUpSuccesses = 3;
const warmUpAttempts = 10;

/** A cluster that formed just now may lose the first streams that it is asked for. */
async function warmUp(cluster: LiveCluster): Promise<void> {
  const url = cluster.urls.join(',');
  const connection = await new ClientConnector().connect({ url, name: 'warm-up', timeoutMs: 5_000 });
  let successes = 0;
  for (let attempt = 0; attempt < warmUpAttempts && successes < warmUpSuccesses; attempt++) {
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

function never(reason: string): never {
  throw new Error(reason);
}
