import { firstDifference, steadyObservations, type Difference } from './comparison.ts';
import { plansOf, withRestart } from './generator.ts';
import { Interpreter, type Observation } from './interpreter.ts';
import type { Plan } from './plan.ts';
import type { Rig } from './rig.ts';

/** A plan, and what the model answers to it whatever chance does. */
export interface SteadyPlan {
  readonly id: string;
  readonly plan: Plan;
  readonly observations: readonly Observation[];
}

export interface ServerRun extends SteadyPlan {
  /** What the real broker answered. */
  readonly server: readonly Observation[];
  readonly difference: Difference | undefined;
}

/** Between the starts of the plans of a batch. */
const rampMs = 25;

let runs = 0;

/** The first plans of a seed whose outcome hangs on nothing but their steps. */
export async function steadyPlans(
  seed: number,
  count: number,
  restart: boolean,
): Promise<readonly SteadyPlan[]> {
  const found: SteadyPlan[] = [];
  let index = 0;
  for (const drawn of plansOf(seed)) {
    if (found.length >= count) break;
    const plan = restart ? withRestart(drawn) : drawn;
    const observations = await steadyObservations(plan);
    if (observations !== undefined) {
      found.push({ id: `seed ${seed} #${index}${restart ? ' restart' : ''}`, plan, observations });
    }
    index++;
  }
  return found;
}

/** Runs plans on a real broker, all at the same time. */
export async function runOnServer(rig: Rig, plans: readonly SteadyPlan[]): Promise<readonly ServerRun[]> {
  return await Promise.all(
    plans.map(async (steady, place) => {
      const name = `plan-${process.pid}-${runs++}`;
      await rig.sleep(place * rampMs);
      const server = await new Interpreter(rig, steady.plan, name).run();
      return { ...steady, server, difference: firstDifference(steady.observations, server) };
    }),
  );
}

export function stepsOf({ plan }: SteadyPlan): number {
  return plan.slots.reduce((sum, steps) => sum + steps.length, 0);
}
