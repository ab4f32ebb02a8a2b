import { isDeepStrictEqual } from 'node:util';
import type { CassandraOptions, Deviation } from '../../../sim/cassandra/index.ts';
import { ModelRig } from './model-rig.ts';
import { follow, type Observation, type OutcomeSpec } from './observation.ts';
import type { Sequence, Step } from './step.ts';

/** A sequence as real nodes ran it. */
export interface RecordedSequence {
  readonly nodeCount: number;
  readonly steps: Sequence;
  readonly observations: readonly Observation[];
}

/** The first step at which the model's answer is not the real one's. */
export interface Disagreement {
  readonly sequence: RecordedSequence;
  /** Index of the sequence in what was compared. */
  readonly sequenceIndex: number;
  readonly stepIndex: number;
  readonly step: Step;
  readonly real: OutcomeSpec;
  readonly model: OutcomeSpec;
}

/**
 * Runs the model through recorded sequences of rings of one size, each at the times at which the real nodes ran it, and
 * resolves with the first disagreement of each.
 */
export async function compare(
  nodeCount: number,
  recorded: readonly RecordedSequence[],
  deviations: readonly Deviation[] = [],
  options: Partial<CassandraOptions> = {},
): Promise<readonly Disagreement[]> {
  const rig = new ModelRig({ nodesByDataCentre: [nodeCount], seed: 1n, deviations, options });
  const answers = await rig.run(() =>
    Promise.all(
      recorded.map(({ steps, observations }, index) => follow(rig, steps, `s${index}`, observations)),
    ),
  );
  return recorded.flatMap((sequence, sequenceIndex) => {
    const { steps, observations } = sequence;
    const outcomes = answers[sequenceIndex] ?? [];
    const stepIndex = steps.findIndex(
      (_, index) => !isDeepStrictEqual(observations[index]?.outcome, outcomes[index]),
    );
    const step = steps[stepIndex];
    const real = observations[stepIndex]?.outcome;
    const model = outcomes[stepIndex];
    if (step === undefined || real === undefined || model === undefined) return [];
    return [{ sequence, sequenceIndex, stepIndex, step, real, model }];
  });
}
