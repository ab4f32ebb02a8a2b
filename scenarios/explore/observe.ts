import type { Plan } from '../../chaos/plan.ts';
import type { Preparation } from '../../sim/preparation.ts';
import type { RunResult } from '../run-result.ts';
import { runScenario } from '../runner.ts';
import { SafetyWatch, type Level, type Safety } from './safety.ts';
import { isPassed, Timeline, type Moment, type Waypoint } from './timeline.ts';

/** One run: a look ahead that ends at `stopUs`, or a rollback that is followed to the end. All of it can cross threads. */
export interface Job {
  readonly scenario: string;
  readonly seed: bigint;
  /** As of `--set`. */
  readonly overrides: Readonly<Record<string, string>>;
  readonly plan: Plan;
  readonly stopUs?: number;
  /** A look ahead may end here already. */
  readonly waypoint?: Waypoint;
  readonly fire?: { readonly fireUs: number; readonly level: Level };
}

export interface Observation {
  readonly moments: readonly Moment[];
  /** Absent for a look ahead. */
  readonly safety?: Safety;
  readonly result: RunResult;
}

/** Runs a job on this thread. `preparation`: of other jobs with the same scenario and seed. Rejects as `runScenario` does. */
export async function observe(job: Job, preparation?: Preparation): Promise<Observation> {
  const { scenario, seed, overrides, plan, stopUs, waypoint, fire } = job;
  let timeline: Timeline | undefined;
  let watch: SafetyWatch | undefined;
  let nowUs = 0;
  const { checkpoints: _checkpoints, ...result } = await runScenario(
    { scenario, seed, overrides, plan },
    {
      built(world): void {
        timeline = new Timeline(world);
        if (fire !== undefined) watch = new SafetyWatch(world, timeline, fire.fireUs, fire.level);
      },
      betweenSlices: (_events, virtualUs) => {
        nowUs = virtualUs;
      },
      cancelled: () =>
        (stopUs !== undefined && nowUs >= stopUs) ||
        (waypoint !== undefined && timeline !== undefined && isPassed(timeline.moments, waypoint, nowUs)),
      ...(preparation === undefined ? {} : { preparation }),
    },
  );
  const safety = watch?.result();
  return { moments: timeline?.moments ?? [], result, ...(safety === undefined ? {} : { safety }) };
}
