import type { MutationName, NatsProfile, UnmodelledDefect } from '../../../sim/nats/index.ts';
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

export interface ModelRun extends PlanRun {
  /** What a server would have shown and the model has not. */
  readonly unmodelled: ReadonlySet<UnmodelledDefect>;
}

let turn: Promise<unknown> = Promise.resolve();

/** One after the other: many worlds at once would keep what real servers answer waiting. */
export function runOnModel(
  plan: Plan,
  version: NatsProfile['version'],
  mutation?: MutationName,
): Promise<ModelRun> {
  const run = turn.then(() => runAlone(plan, version, mutation));
  turn = run.catch(() => undefined);
  return run;
}

async function runAlone(
  plan: Plan,
  version: NatsProfile['version'],
  mutation: MutationName | undefined,
): Promise<ModelRun> {
  // A fresh turn of the event loop: what real servers answer must not run while the simulator's guard is up.
  await new Promise((resolve) => setImmediate(resolve));
  const rig = new ModelRig(version, 1n, mutation);
  const run = await rig.run(() => new Interpreter(rig, plan, planName(0)).run());
  return { ...run, unmodelled: rig.cluster.unmodelled };
}

export function firstDifference(
  plan: Plan,
  version: NatsProfile['version'],
  { observations, unmodelled }: ModelRun,
  server: readonly Observation[],
): Difference | undefined {
  for (let line = 0; line < Math.max(observations.length, server.length); line++) {
    const left = observations[line] ?? 'nothing';
    const right = server[line] ?? 'nothing';
    if (left === right) continue;
    const step = line === 0 ? 'creation' : (plan.steps[line - 1] ?? 'end');
    const known = knownDifferences.find(
      (difference) =>
        difference.profiles.includes(version) &&
        difference.explains({ step, place: line - 1, model: left, server: right, plan, unmodelled }),
    );
    return { place: line - 1, step, model: left, server: right, known };
  }
  return undefined;
}
