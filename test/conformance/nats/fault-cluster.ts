import { LiveCluster, type LinkKind, type ServerVersion } from '../../../chaos/live/nats/index.ts';
import { LiveFaultRig } from './fault-rig.ts';

const formWithinMs = 60_000;

/** Does something with three real servers of its own, which can be struck. Errors: `LiveProblem`. */
export async function onFaultCluster<Result>(
  version: ServerVersion,
  links: LinkKind,
  run: (rig: LiveFaultRig) => Promise<Result>,
): Promise<Result> {
  const cluster = await LiveCluster.start({ version, name: 'faults', nodeCount: 3, formWithinMs, links });
  try {
    return await run(new LiveFaultRig(cluster));
  } finally {
    await cluster.stop();
  }
}
