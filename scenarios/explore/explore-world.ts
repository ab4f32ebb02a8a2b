import type { Plan } from '../../chaos/plan.ts';
import type { Job, Observation } from './observe.ts';
import type { Scale } from './scale.ts';
import type { Moment, Waypoint } from './timeline.ts';

export interface ExploreWorldOptions {
  readonly seed: bigint;
  readonly scale: Scale;
  readonly tools: number;
  /** Other sizes of the fab, as of `--set`. */
  readonly size: Readonly<Record<string, string>>;
  /** Runs one job, on whatever thread. */
  run(job: Job): Promise<Observation>;
}

/** The fab in which rollbacks are tried, and what is known already of looks ahead in it. */
export class ExploreWorld {
  readonly scale: Scale;
  readonly #options: ExploreWorldOptions;
  /** By plan and waypoint: the three levels of a rollback have the same way to their state. */
  readonly #looks = new Map<string, Promise<readonly Moment[]>>();

  constructor(options: ExploreWorldOptions) {
    this.scale = options.scale;
    this.#options = options;
  }

  /** A run that is at least so long before its healing phase. */
  jobOf(endMs: number): Pick<Job, 'scenario' | 'seed' | 'overrides'> {
    const { seed, scale, tools, size } = this.#options;
    const minutes = Math.max(scale.leastMinutes, Math.ceil(endMs / 60_000));
    return {
      scenario: scale.scenario,
      seed,
      overrides: { ...size, tools: String(tools), minutes: String(minutes) },
    };
  }

  async run(job: Job): Promise<Observation> {
    return await this.#options.run(job);
  }

  /** The moments of a run until its waypoint is passed, or the end. */
  async look(plan: Plan, endMs: number, waypoint: Waypoint): Promise<readonly Moment[]> {
    const key = JSON.stringify([plan, endMs, waypoint]);
    let look = this.#looks.get(key);
    if (look === undefined) {
      look = this.#look(plan, endMs, waypoint);
      this.#looks.set(key, look);
    }
    return await look;
  }

  async #look(plan: Plan, endMs: number, waypoint: Waypoint): Promise<readonly Moment[]> {
    const job = { ...this.jobOf(endMs), plan, stopUs: endMs * 1000, waypoint };
    return (await this.#options.run(job)).moments;
  }
}
