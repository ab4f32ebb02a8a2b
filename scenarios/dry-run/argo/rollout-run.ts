import { isDeepStrictEqual } from 'node:util';
import { advanceRun, nextRunMs } from './analysis-run.ts';
import type { CanarySpec } from './canary-spec.ts';
import { mayTimeOut } from './conditions.ts';
import {
  measurementTimes,
  observedExperiment,
  startExperimentPods,
  type Measuring,
} from './experiment-pods.ts';
import { nextExperimentMs, reconcileExperiment } from './experiment.ts';
import { PodSets } from './pod-sets.ts';
import { reconcile } from './reconcile.ts';
import type { RolloutState } from './rollout-state.ts';

/** What a rollout meets outside the controller. */
export interface RolloutWorld extends Measuring {
  /** From a pod's start to its availability; undefined for a version whose pods wait until they are released. */
  podReadyMs(version: string): number | undefined;
  /** Pods of a version that are away, though they were available; of an experiment's where `experiment` says so. */
  lostPods(version: string, experiment: boolean, nowMs: number): number;
  changed(before: RolloutState, after: RolloutState): void;
}

const mostRounds = 10_000;

/** A rollout in a time of its own: the controllers act whenever there is something to do, pods start and become available. */
export class RolloutRun {
  spec: CanarySpec;
  state: RolloutState;
  nowMs = 0;
  readonly #world: RolloutWorld;
  readonly #pods: PodSets;

  /** ReplicaSets that the state has already are fully available. */
  constructor(spec: CanarySpec, state: RolloutState, world: RolloutWorld) {
    this.spec = spec;
    this.state = state;
    this.#world = world;
    this.#pods = new PodSets((version) => world.podReadyMs(version));
    for (const { version, available } of state.replicaSets) this.#pods.put(version, available);
  }

  /** Changes the rollout from outside: an act of a user, a new version. */
  change(next: RolloutState): void {
    const before = this.state;
    this.state = next;
    this.#world.changed(before, next);
  }

  /** Lets everything happen that needs no time to pass. Throws an `Error` where it never comes to rest. */
  settle(): void {
    for (let round = 0; round < mostRounds; round++) {
      const before = this.state;
      this.#lookAtPods();
      this.#measure();
      this.change(reconcile(this.spec, this.state, this.nowMs));
      this.#reconcileExperiments();
      this.#startPods();
      if (isDeepStrictEqual(before, this.state)) return;
    }
    throw new Error('the rollout never comes to rest');
  }

  /** Pods of a version that wait become available. */
  release(version: string): void {
    this.#pods.release(version, this.nowMs);
  }

  /** The next time at which anything can happen by itself; undefined where nothing will. */
  nextMs(): number | undefined {
    const { spec, state } = this;
    const times: (number | undefined)[] = [
      ...this.#pods.times(),
      ...state.replicaSets.map(({ scaleDownAtMs }) => scaleDownAtMs),
      ...state.analyses.map(({ run }) => nextRunMs(run)),
      ...state.experiments.flatMap((each) => [
        nextExperimentMs(each.spec, each.state, this.nowMs),
        ...measurementTimes(each.state),
      ]),
    ];
    const step = spec.steps[state.stepIndex ?? 0];
    for (const { reason, sinceMs } of state.pauses) {
      if (reason !== 'CanaryPauseStep' || step?.kind !== 'pause' || step.durationMs === undefined) continue;
      times.push(sinceMs + step.durationMs + 1);
    }
    if (state.progress !== undefined && mayTimeOut(spec, state)) {
      times.push(state.progress.updatedMs + spec.progressDeadlineMs + 1);
    }
    const later = times.filter((timeMs) => timeMs !== undefined && timeMs > this.nowMs);
    return later.length === 0 ? undefined : Math.min(...later.map((timeMs) => timeMs ?? Infinity));
  }

  #lookAtPods(): void {
    this.#pods.advance(this.nowMs);
    const replicaSets = this.state.replicaSets.map((set) => {
      const ready = Math.min(this.#pods.readyOf(set.version), set.desired);
      const available = Math.max(0, ready - this.#world.lostPods(set.version, false, this.nowMs));
      return available === set.available ? set : { ...set, available };
    });
    this.change({ ...this.state, replicaSets });
  }

  #measure(): void {
    const analyses = this.state.analyses.map((analysis) => {
      const run = advanceRun(
        analysis.run,
        this.nowMs,
        (metric) => this.#world.answerOf(metric, this.nowMs),
        (event) => this.#world.measured(event),
      );
      return run === analysis.run ? analysis : { ...analysis, run };
    });
    const experiments = this.state.experiments.map((each) => {
      const lost = (version: string): number => this.#world.lostPods(version, true, this.nowMs);
      const name = String(each.id);
      const state = observedExperiment(name, each.state, this.#pods, this.#world, lost, this.nowMs);
      return state === each.state ? each : { ...each, state };
    });
    this.change({ ...this.state, analyses, experiments });
  }

  #reconcileExperiments(): void {
    if (this.state.experiments.length === 0) return;
    const experiments = this.state.experiments.map((each) => ({
      ...each,
      state: reconcileExperiment(each.spec, each.state, this.nowMs),
    }));
    this.change({ ...this.state, experiments });
  }

  #startPods(): void {
    for (const { version, desired } of this.state.replicaSets) {
      this.#pods.start({ key: version, version, desired }, this.nowMs);
    }
    for (const { id, state } of this.state.experiments) {
      startExperimentPods(String(id), state, this.#pods, this.nowMs);
    }
  }
}
