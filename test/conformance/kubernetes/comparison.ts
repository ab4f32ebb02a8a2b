import { knownDifference } from './known-differences.ts';
import type { Mutation } from './mutation.ts';
import type { SequenceRecord } from './recording.ts';
import { runOnModel } from './sequence-run.ts';

/** The first observation in which model and real controllers differ. */
export interface Difference {
  readonly id: string;
  /** 0 is the deployment itself. */
  readonly place: number;
  readonly step: string;
  readonly real: string;
  readonly model: string;
  /** Why it is left, if it is. */
  readonly known: string | undefined;
}

/** Undefined: none. What follows a difference is not compared. */
export async function firstDifference(
  { id, plan, observations }: SequenceRecord,
  mutation?: Mutation,
): Promise<Difference | undefined> {
  const model = await runOnModel(plan, observations, mutation);
  const place = observations.findIndex(({ shown }, index) => shown !== model[index]);
  const real = observations[place]?.shown;
  if (real === undefined) return undefined;
  const shown = model[place] ?? '';
  const step = place === 0 ? undefined : plan.steps[place - 1];
  return {
    id,
    place,
    step: step === undefined ? 'deploy' : JSON.stringify(step),
    real,
    model: shown,
    known: knownDifference({ plan, step, real, model: shown })?.id,
  };
}
