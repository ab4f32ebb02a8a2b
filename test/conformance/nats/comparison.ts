import type { MutationName, NatsProfile } from '../../../sim/nats/index.ts';
import { Interpreter, planName, type PlanRun } from './interpreter.ts';
import { knownDifferences, type KnownDifference } from './known-differences.ts';
import { ModelRig } from './model-rig.ts';
import type { Observation } from './observation.ts';
import type { Plan, Step } from './plan.ts';

/** The first step at which two worlds disagree; −1 is the creation, one past the steps the end. */
export interface Difference {
  readonly place: number;
  readonly step: Step | 'creation' | 'end';
  readonly model: Observation;
  readonly server: Observation;
  readonly known: KnownDifference | undefined;
}

export async function runOnModel(
  plan: Plan,
  version: NatsProfile['version'],
  mutation?: MutationName,
): Promise<PlanRun> {
  // A fresh turn of the event loop: what real servers answer must not run while the simulator's guard is up.
  await new Promise((resolve) => setImmediate(resolve));
  const rig = new ModelRig(version, 1n, mutation);
  return await rig.run(() => new Interpreter(rig, plan, planName(0)).run());
}

export function firstDifference(
  plan: Plan,
  version: NatsProfile['version'],
  model: readonly Observation[],
  server: readonly Observation[],
): Difference | undefined {
  for (let line = 0; line < Math.max(model.length, server.length); line++) {
    const left = model[line] ?? 'nothing';
    const right = server[line] ?? 'nothing';
    if (left === right) continue;
    const step = line === 0 ? 'creation' : (plan.steps[line - 1] ?? 'end');
    const known = knownDifferences.find(
      (difference) =>
        difference.profiles.includes(version) &&
        difference.explains({ step, model: left, server: right, plan }),
    );
    return { place: line - 1, step, model: left, server: right, known };
  }
  return undefined;
}
