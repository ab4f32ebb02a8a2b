import { afterAll, beforeAll, describe } from 'vitest';
import { installServer, LiveCluster, type ServerVersion } from '../../../chaos/live/nats/index.ts';
import { warmUp } from './warm-up.ts';

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

function never(reason: string): never {
  throw new Error(reason);
}
