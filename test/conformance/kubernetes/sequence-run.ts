import { controllerRules } from '../../../sim/kubernetes/index.ts';
import { ModelRig } from './model-rig.ts';
import type { Mutation } from './mutation.ts';
import { observe, type Observation } from './observation.ts';
import type { Plan } from './plan.ts';
import type { Rig } from './rig.ts';

/** What one step showed, and when. Times are milliseconds since the workload was deployed. */
export interface TimedObservation {
  readonly appliedMs: number;
  readonly observedMs: number;
  readonly shown: Observation;
}

/** The first observation is that of the deployment itself. `stopped` says why there are fewer than steps. */
export interface SequenceRun {
  readonly observations: readonly TimedObservation[];
  readonly stopped?: string;
}

export async function runOn(rig: Rig, plan: Plan): Promise<SequenceRun> {
  const observations: TimedObservation[] = [];
  try {
    await rig.deploy(plan.workload);
    for (const step of [undefined, ...plan.steps]) {
      const appliedMs = Math.round(rig.nowMs());
      const outcomes = step === undefined ? [] : await rig.apply(step);
      await rig.settle();
      const observedMs = Math.round(rig.nowMs());
      const shown = observe(plan.workload, step, outcomes, rig.happened(), rig.snapshot());
      observations.push({ appliedMs, observedMs, shown });
    }
    return { observations };
  } catch (error) {
    return { observations, stopped: error instanceof Error ? error.message : String(error) };
  }
}

/** The model takes each step when the real controllers were given it, and is looked at when they were. */
export async function runOnModel(
  plan: Plan,
  times: readonly TimedObservation[],
  mutation: Mutation = {},
): Promise<Observation[]> {
  const workload = mutation.workload?.(plan.workload) ?? plan.workload;
  const rig = new ModelRig(workload, { ...controllerRules, ...mutation.rules });
  const shown: Observation[] = [];
  await rig.deploy(workload);
  for (const [index, { appliedMs, observedMs }] of times.entries()) {
    const step = index === 0 ? undefined : plan.steps[index - 1];
    await rig.runTo(appliedMs);
    const outcomes = step === undefined ? [] : await rig.apply(step);
    await rig.runTo(observedMs);
    shown.push(observe(plan.workload, step, outcomes, rig.happened(), rig.snapshot()));
  }
  return shown;
}
