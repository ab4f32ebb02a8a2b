import { deviations, type Deviation } from '../../../sim/cassandra/index.ts';
import { compare } from './comparison.ts';
import { runFaults } from './faults/fault-run.ts';
import { judge } from './faults/oracle.ts';
import { faultOptions } from './faults/signatures.ts';
import { ModelRig } from './model-rig.ts';
import { loadRecorded, loadStory } from './recording.ts';
import { stories } from './stories/catalogue.ts';
import { tellModel } from './stories/tell.ts';

/** How one deliberate error of the model was found against what real nodes answered. */
export interface MutationResult {
  readonly deviation: Deviation;
  /** Recorded sequences that disagree, of one and of three nodes. */
  readonly sequences: readonly [number, number];
  readonly stories: readonly string[];
  /** Rules that runs with faults broke. */
  readonly violations: number;
}

export function isFound({ sequences, stories: told, violations }: MutationResult): boolean {
  return sequences.some((count) => count > 0) || told.length > 0 || violations > 0;
}

/** The model with each deviation against the recorded real answers, and in runs with faults against the oracle. */
export async function tryMutations(faultSeeds: readonly bigint[]): Promise<readonly MutationResult[]> {
  const results: MutationResult[] = [];
  for (const deviation of deviations) {
    const one = await compare(1, loadRecorded(1), [deviation]);
    const three = await compare(3, loadRecorded(3), [deviation]);
    const told: string[] = [];
    for (const story of stories) {
      if (!(await tellsAlike(story.name, deviation))) told.push(story.name);
    }
    let violations = 0;
    for (const seed of faultSeeds) {
      const rig = new ModelRig({
        nodesByDataCentre: [3],
        seed,
        deviations: [deviation],
        options: faultOptions,
      });
      violations += judge(await rig.run(() => runFaults(rig, seed))).length;
    }
    results.push({ deviation, sequences: [one.length, three.length], stories: told, violations });
  }
  return results;
}

/** Whether the model tells a story as the real nodes did; a story that cannot be told to its end is told otherwise. */
async function tellsAlike(name: string, deviation: Deviation): Promise<boolean> {
  const story = stories.find((each) => each.name === name);
  if (story === undefined) throw new Error(`there is no story ${name}`);
  try {
    return JSON.stringify(await tellModel(story, [deviation])) === JSON.stringify(loadStory(name));
  } catch (error) {
    if (error instanceof Error) return false;
    throw error;
  }
}

export function mutationTable(results: readonly MutationResult[]): string {
  const rows = results.map(
    ({ deviation, sequences, stories: told, violations }) =>
      `| ${deviation} | ${sequences[0]} | ${sequences[1]} | ${told.join(', ')} | ${violations} |`,
  );
  return [
    '| deviation | sequences, 1 node | sequences, 3 nodes | stories | rules broken under faults |',
    '|---|---|---|---|---|',
    ...rows,
  ].join('\n');
}
