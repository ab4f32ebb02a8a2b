import type { Deviation } from './deviations.ts';
import { runModel } from './model-rig.ts';
import type { Observation, RecordedPlan } from './plan.ts';

/** Where the model shows something else than the controller did, at the first act that differs. */
export interface Disagreement {
  readonly plan: number;
  readonly act: string;
  readonly fields: readonly string[];
}

export function compare(recorded: readonly RecordedPlan[], deviation?: Deviation): readonly Disagreement[] {
  return recorded.flatMap((each, index) => {
    const found = firstDifference(each, deviation);
    return found === undefined ? [] : [{ plan: index, ...found }];
  });
}

/** `podReadyMs`: how long the model's pods take, where that is not what they usually do. */
export function firstDifference(
  { plan, observations }: RecordedPlan,
  deviation?: Deviation,
  podReadyMs?: number,
): Omit<Disagreement, 'plan'> | undefined {
  const modelled = runModel(plan, deviation, podReadyMs);
  for (const [index, real] of observations.entries()) {
    const model = modelled[index];
    const fields = model === undefined ? ['nothing'] : differences(real, model);
    if (fields.length === 0) continue;
    const act = plan.acts[index - 1];
    return { act: `act ${index} ${act === undefined ? 'first deployment' : JSON.stringify(act)}`, fields };
  }
  return undefined;
}

function differences(real: Observation, model: Observation): readonly string[] {
  return (Object.keys(real) as (keyof Observation)[])
    .filter((key) => JSON.stringify(real[key]) !== JSON.stringify(model[key]))
    .map((key) => `${key}: controller ${JSON.stringify(real[key])}, model ${JSON.stringify(model[key])}`);
}

export function describeDisagreement({ plan, act, fields }: Disagreement): string {
  return `plan ${plan}, ${act}: ${fields.join('; ')}`;
}
