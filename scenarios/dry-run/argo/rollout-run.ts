import { isDeepStrictEqual } from 'node:util';
import { advanceRun, nextRunMs, type AnalysisMetricSpec, type MeasurementEvent } from './analysis-run.ts';
import type { CanarySpec } from './canary-spec.ts';
import { mayTimeOut } from './conditions.ts';
import type { Answer } from './measurement.ts';
import { reconcile } from './reconcile.ts';
import type { RolloutState } from './rollout-state.ts';

/** What a rollout meets outside the controller. */
export interface RolloutWorld {
  /** From a pod's start to its availability; undefined for a version whose pods wait until they are released. */
  podReadyMs(version: string): number | undefined;
  /** Pods of a version that are away, though they were available. */
  lostPods(version: string, nowMs: number): number;
  /** What a provider says; asked once for each measurement. */
  answerOf(metric: AnalysisMetricSpec, nowMs: number): Answer;
  measured(event: MeasurementEvent): void;
  changed(before: RolloutState, after: RolloutState): void;
}

interface PodBatch {
  readonly version: string;
  readonly pods: number;
  /** Undefined: until it is released. */
  readonly atMs: number | undefined;
}

const mostRounds = 10_000;

/** A rollout in a time of its own: the controllers act whenever there is something to do, pods start and become available. */
export class RolloutRun {
  spec: CanarySpec;
  state: RolloutState;
  nowMs = 0;
  readonly #world: RolloutWorld;
  readonly #ready = new Map<string, number>();
  #starting: readonly PodBatch[] = [];

  /** ReplicaSets that the state has already are fully available. */
  constructor(spec: CanarySpec, state: RolloutState, world: RolloutWorld) {
    this.spec = spec;
    this.state = state;
    this.#world = world;
    for (const { version, available } of state.replicaSets) this.#ready.set(version, available);
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
      this.#startPods();
      if (isDeepStrictEqual(before, this.state)) return;
    }
    throw new Error('the rollout never comes to rest');
  }

  /** Pods of a version that wait become available. */
  release(version: string): void {
    this.#starting = this.#starting.map((batch) =>
      batch.version === version && batch.atMs === undefined ? { ...batch, atMs: this.nowMs } : batch,
    );
  }

  /** The next time at which anything can happen by itself; undefined where nothing will. */
  nextMs(): number | undefined {
    const { spec, state } = this;
    const times: (number | undefined)[] = [
      ...this.#starting.map(({ atMs }) => atMs),
      ...state.replicaSets.map(({ scaleDownAtMs }) => scaleDownAtMs),
      ...state.analyses.map(({ run }) => nextRunMs(run)),
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
    const come = this.#starting.filter(({ atMs }) => atMs !== undefined && atMs <= this.nowMs);
    for (const { version, pods } of come) this.#ready.set(version, (this.#ready.get(version) ?? 0) + pods);
    this.#starting = this.#starting.filter((batch) => !come.includes(batch));
    const replicaSets = this.state.replicaSets.map((set) => {
      const ready = Math.min(this.#ready.get(set.version) ?? 0, set.desired);
      const available = Math.max(0, ready - this.#world.lostPods(set.version, this.nowMs));
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
    this.state = { ...this.state, analyses };
  }

  #startPods(): void {
    for (const { version, desired } of this.state.replicaSets) {
      const ready = Math.min(this.#ready.get(version) ?? 0, desired);
      this.#ready.set(version, ready);
      const coming = this.#starting.filter((batch) => batch.version === version);
      const missing = desired - ready - coming.reduce((sum, { pods }) => sum + pods, 0);
      if (missing === 0) continue;
      const readyMs = this.#world.podReadyMs(version);
      const batch = { version, atMs: readyMs === undefined ? undefined : this.nowMs + readyMs };
      if (missing > 0) {
        this.#starting = [...this.#starting, { ...batch, pods: missing }];
        continue;
      }
      // Too many are coming: the youngest go.
      let left = desired - ready;
      const kept = coming.flatMap((each) => {
        const pods = Math.min(each.pods, left);
        left -= pods;
        return pods > 0 ? [{ ...each, pods }] : [];
      });
      this.#starting = [...this.#starting.filter((each) => each.version !== version), ...kept];
    }
  }
}
