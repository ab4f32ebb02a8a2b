import { isDeepStrictEqual } from 'node:util';
import {
  measurementTimes,
  observedExperiment,
  startExperimentPods,
  type Measuring,
} from './experiment-pods.ts';
import type { ExperimentSpec, ExperimentState } from './experiment-state.ts';
import { nextExperimentMs, reconcileExperiment } from './experiment.ts';
import { PodSets } from './pod-sets.ts';

/** What an experiment of its own meets outside the controller. */
export interface ExperimentWorld extends Measuring {
  readonly podReadyMs: number;
  lostPods(nowMs: number): number;
  changed(before: ExperimentState | undefined, after: ExperimentState): void;
}

const mostRounds = 10_000;

/** An Experiment that no rollout has started, in a time of its own. */
export class ExperimentRun {
  readonly #spec: ExperimentSpec;
  readonly #world: ExperimentWorld;
  readonly #pods: PodSets;
  state: ExperimentState;
  nowMs = 0;

  constructor(spec: ExperimentSpec, state: ExperimentState, world: ExperimentWorld) {
    this.#spec = spec;
    this.#world = world;
    this.#pods = new PodSets(() => world.podReadyMs);
    this.state = state;
    world.changed(undefined, state);
  }

  change(next: ExperimentState): void {
    const before = this.state;
    this.state = next;
    this.#world.changed(before, next);
  }

  /** Lets everything happen that needs no time to pass. Throws an `Error` where it never comes to rest. */
  settle(): void {
    for (let round = 0; round < mostRounds; round++) {
      const before = this.state;
      const { nowMs } = this;
      this.#pods.advance(nowMs);
      const lost = this.#world.lostPods(nowMs);
      this.change(observedExperiment('', this.state, this.#pods, this.#world, () => lost, nowMs));
      this.change(reconcileExperiment(this.#spec, this.state, nowMs));
      startExperimentPods('', this.state, this.#pods, nowMs);
      if (isDeepStrictEqual(before, this.state)) return;
    }
    throw new Error('the experiment never comes to rest');
  }

  /** The next time at which anything can happen by itself; undefined where nothing will. */
  nextMs(): number | undefined {
    const times = [
      ...this.#pods.times(),
      nextExperimentMs(this.#spec, this.state, this.nowMs),
      ...measurementTimes(this.state),
    ];
    const later = times.flatMap((timeMs) => (timeMs !== undefined && timeMs > this.nowMs ? timeMs : []));
    return later.length === 0 ? undefined : Math.min(...later);
  }
}
