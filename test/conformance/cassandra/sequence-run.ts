import * as fc from 'fast-check';
import { compare, type Disagreement, type RecordedSequence } from './comparison.ts';
import { Gate } from './gate.ts';
import { sequences } from './generator.ts';
import { observe } from './observation.ts';
import type { Rig } from './rig.ts';
import { shrinkSequence } from './shrink.ts';
import type { Sequence } from './step.ts';

/** Sequences that run beside each other: so many that waiting costs little, so few that answers come within their second. */
const sideBySide = 300;
const shrunkAtMost = 3;

export interface SequenceReport {
  readonly operations: number;
  readonly recorded: readonly RecordedSequence[];
  /** Sequences whose answers depend on which side of a second an operation fell: they prove nothing. */
  readonly voided: number;
  /** The first ones shrunk to what still disagrees. */
  readonly disagreements: readonly Disagreement[];
}

export function sampleSequences(nodeCount: number, count: number, seed: number): readonly Sequence[] {
  return fc.sample(sequences(nodeCount), { numRuns: count, seed });
}

/** Runs sequences on real nodes, then the model through what they did. `name` keeps keys of several runs apart. */
export async function runSequences(
  rig: Rig,
  chosen: readonly Sequence[],
  name: string,
): Promise<SequenceReport> {
  const recorded: RecordedSequence[] = [];
  let voided = 0;
  for (let start = 0; start < chosen.length; start += sideBySide) {
    const wave = await record(rig, chosen.slice(start, start + sideBySide), `${name}-${start}`);
    recorded.push(...wave.recorded);
    voided += wave.voided;
  }
  const found = await compare(rig.nodeCount, recorded);
  const disagreements: Disagreement[] = [];
  for (const [index, disagreement] of found.entries()) {
    if (index >= shrunkAtMost) disagreements.push(disagreement);
    else disagreements.push(await smallest(rig, disagreement, `${name}-shrink-${index}`));
  }
  const operations = recorded.reduce((sum, { observations }) => sum + observations.length, 0);
  return { operations, recorded, voided, disagreements };
}

async function record(
  rig: Rig,
  chosen: readonly Sequence[],
  name: string,
): Promise<{ readonly recorded: readonly RecordedSequence[]; readonly voided: number }> {
  const gate = new Gate(rig.nodeCount === 1 ? 6 : 3);
  const observed = await Promise.all(
    chosen.map((steps, index) => observe(rig, steps, `${name}-${index}`, gate)),
  );
  const recorded = chosen.flatMap((steps, index) => {
    const observations = observed[index];
    return observations === undefined ? [] : [{ nodeCount: rig.nodeCount, steps, observations }];
  });
  return { recorded, voided: chosen.length - recorded.length };
}

async function smallest(rig: Rig, disagreement: Disagreement, name: string): Promise<Disagreement> {
  let best = disagreement;
  let attempt = 0;
  await shrinkSequence(disagreement.sequence.steps.slice(0, disagreement.stepIndex + 1), async (steps) => {
    const { recorded } = await record(rig, [steps], `${name}-${attempt++}`);
    const [still] = await compare(rig.nodeCount, recorded);
    if (still !== undefined) best = still;
    return still !== undefined;
  });
  return best;
}
