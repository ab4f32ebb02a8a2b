import { RandomStream } from '../../../sim/kernel/index.ts';
import type { KafkaMutations } from '../../../sim/kafka/index.ts';
import { Interpreter, lateLimitMs, type Observation } from './interpreter.ts';
import { ModelRig } from './model-rig.ts';
import type { Plan } from './plan.ts';

/** So many worlds with other ids and other delays must agree before a plan is taken. */
const trials = 8;

/** The first line that differs. */
export interface Difference {
  readonly model: Observation;
  readonly server: Observation;
}

export async function runOnModel(
  plan: Plan,
  trial = 0,
  mutations: Partial<KafkaMutations> = {},
): Promise<readonly Observation[]> {
  // A fresh turn of the event loop: what a real broker answers must not run while the simulator's guard is up.
  await new Promise((resolve) => setImmediate(resolve));
  const rig = new ModelRig(BigInt(trial + 1), mutations);
  const random = new RandomStream(BigInt(trial), 'late', 0);
  const lateMs = trial === 0 ? undefined : (): number => random.float() * lateLimitMs;
  return await rig.run(() => new Interpreter(rig, plan, 'plan', lateMs).run());
}

/**
 * What the model answers, where that hangs on neither chance nor a few milliseconds; undefined for other plans. A broker
 * picks a new leader in the order of random ids, and a request that comes with a time-out may come before or after it.
 */
export async function steadyObservations(plan: Plan): Promise<readonly Observation[] | undefined> {
  const first = await runOnModel(plan);
  for (let trial = 1; trial <= trials; trial++) {
    const other = await runOnModel(plan, trial);
    if (firstDifference(first, other) !== undefined) return undefined;
  }
  return first;
}

export function firstDifference(
  model: readonly Observation[],
  server: readonly Observation[],
): Difference | undefined {
  for (let line = 0; line < Math.max(model.length, server.length); line++) {
    const left = model[line] ?? 'nothing';
    const right = server[line] ?? 'nothing';
    if (left !== right) return { model: left, server: right };
  }
  return undefined;
}
