import { isDeepStrictEqual } from 'node:util';
import { compare } from './comparison.ts';
import { Gate } from './gate.ts';
import { knownDifferences } from './known-differences.ts';
import { observe } from './observation.ts';
import type { Rig } from './rig.ts';

/** The known differences of this size of ring that are not as written down any more, each with what came instead. */
export async function checkKnownDifferences(rig: Rig, name: string): Promise<readonly string[]> {
  const changed: string[] = [];
  for (const [index, known] of knownDifferences.entries()) {
    if (known.nodeCount !== rig.nodeCount) continue;
    const observations = await observe(rig, known.steps, `${name}-known-${index}`, new Gate(1));
    if (observations === undefined) continue;
    const [found] = await compare(rig.nodeCount, [
      { nodeCount: rig.nodeCount, steps: known.steps, observations },
    ]);
    if (found === undefined) changed.push(`${known.why}: model and real nodes agree now`);
    else if (!isDeepStrictEqual(found.real, known.real) || !isDeepStrictEqual(found.model, known.model)) {
      changed.push(`${known.why}: now ${JSON.stringify(found.real)} and ${JSON.stringify(found.model)}`);
    }
  }
  return changed;
}
