import type { NatsProfile } from '../../../sim/nats/index.ts';
import { bucketScripts } from './fault-bucket.ts';
import { consumingScripts } from './fault-consuming.ts';
import type { Measure } from './fault-measure.ts';
import { publishingScripts } from './fault-publishing.ts';
import { ModelFaultRig } from './fault-rig.ts';
import type { FaultScript } from './fault-script.ts';

/** In the order of their numbers. */
export const faultScripts: readonly FaultScript[] = [
  ...publishingScripts,
  ...consumingScripts,
  ...bucketScripts,
].toSorted((left, right) => (left.id < right.id ? -1 : 1));

export async function scriptOnModel(
  script: FaultScript,
  version: NatsProfile['version'],
  seed: bigint,
): Promise<readonly Measure[]> {
  // A fresh turn of the event loop: what real servers answer must not run while the simulator's guard is up.
  await new Promise((resolve) => setImmediate(resolve));
  const rig = new ModelFaultRig(version, seed);
  return await rig.run(() => script.run(rig, 's00000', version));
}

/** A line for each measure: on the model, on a server, and what it must be. */
export function comparisonLines(model: readonly Measure[], server: readonly Measure[]): readonly string[] {
  return model.map(({ what, seen, expected, fits }, place) => {
    const other = server[place];
    const verdict = fits && other?.fits === true ? '' : '  <- differs';
    return `  ${what}: model ${seen}, server ${other?.seen ?? '-'} (${expected})${verdict}`;
  });
}
