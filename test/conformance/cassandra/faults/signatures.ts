import { ModelRig } from '../model-rig.ts';
import { told } from '../stories/story.ts';
import { runFaults } from './fault-run.ts';
import type { FaultHistory } from './history.ts';

/** Conviction as the real ring has it (cassandra-and-live §1.1). */
export const faultOptions = { convictionUs: { least: 18_000_000, most: 20_000_000 } } as const;

/**
 * The kinds of failure in a history: under which fault an operation of which kind failed in which way. Operations that
 * ran while a fault came or went, and counts of answers, which are chance, are left out.
 */
export function failureKinds({ entries }: FaultHistory): ReadonlySet<string> {
  const kinds = new Set<string>();
  for (const { fault, operation, consistency, outcome } of entries) {
    if (outcome.kind !== 'failed' || fault.includes('/') || fault === 'none') continue;
    const answer = told(outcome).replace(/ \d\/\d.*$/, '');
    kinds.add(`${fault}: ${operation.kind} ${consistency} ${answer}`);
  }
  return kinds;
}

/** All kinds of failure that the model shows over so many runs. */
export async function modelFailureKinds(runs: number): Promise<ReadonlySet<string>> {
  const kinds = new Set<string>();
  for (let seed = 1; seed <= runs; seed++) {
    const rig = new ModelRig({
      nodesByDataCentre: [3],
      seed: BigInt(seed),
      deviations: [],
      options: faultOptions,
    });
    for (const kind of failureKinds(await rig.run(() => runFaults(rig, BigInt(seed))))) kinds.add(kind);
  }
  return kinds;
}
