import { nextRunMs, type AnalysisMetricSpec } from './argo/analysis-run.ts';
import type { CanarySpec } from './argo/canary-spec.ts';
import type { Answer } from './argo/measurement.ts';
import { isCompleted } from './argo/phase.ts';
import {
  abortRollout,
  isDeadlineExceeded,
  promoteRollout,
  reconcile,
  retryRollout,
} from './argo/reconcile.ts';
import { initialState, phaseOf, type ReplicaSetState, type RolloutState } from './argo/rollout-state.ts';
import { describeChange } from './timeline.ts';
import type { DryRunScript, UserAct } from './script.ts';

export interface TimelineEntry {
  readonly timeMs: number;
  readonly text: string;
}

/** How it ended: `paused` and `stuck` wait for something that never comes. */
export type DryRunVerdict = 'promoted' | 'aborted' | 'paused' | 'stuck' | 'running';

export interface MetricEvidence {
  readonly metric: string;
  readonly template: string;
  readonly measurements: number;
  readonly errors: number;
  readonly phase: string;
  /** Ended from outside: its phase is no evidence (delivery 34). */
  readonly terminated: boolean;
}

export interface DryRunResult {
  readonly verdict: DryRunVerdict;
  readonly reason: string;
  readonly endedMs: number;
  readonly timeline: readonly TimelineEntry[];
  readonly evidence: readonly MetricEvidence[];
}

type Role = 'canary' | 'stable';

/** Plays a rollout as the controller does, from one event to the next; the answers come from the script. */
export function playRollout(
  spec: CanarySpec,
  script: DryRunScript,
  answerOf: (metric: AnalysisMetricSpec, nowMs: number) => Answer,
): DryRunResult {
  return new Play(spec, script, answerOf).run();
}

class Play {
  readonly #spec: CanarySpec;
  readonly #script: DryRunScript;
  readonly #answerOf: (metric: AnalysisMetricSpec, nowMs: number) => Answer;
  readonly #timeline: TimelineEntry[] = [];
  readonly #evidence: MetricEvidence[] = [];
  readonly #lastMeasured = new Map<string, string>();
  #state: RolloutState;
  #nowMs = 0;
  #late = false;
  /** Pods that have become ready, and those that still start. */
  readonly #ready: Record<Role, number>;
  #starting: { readonly role: Role; readonly atMs: number; readonly pods: number }[] = [];

  constructor(
    spec: CanarySpec,
    script: DryRunScript,
    answerOf: (metric: AnalysisMetricSpec, nowMs: number) => Answer,
  ) {
    this.#spec = spec;
    this.#script = script;
    this.#answerOf = answerOf;
    this.#state = initialState(spec.replicas);
    this.#ready = { canary: 0, stable: spec.replicas };
  }

  run(): DryRunResult {
    for (;;) {
      this.#happen();
      this.#settle();
      this.#tellDeadline();
      if (this.#state.promoted) break;
      const next = this.#nextMs();
      if (next === undefined) break;
      this.#nowMs = Math.min(next, this.#script.horizonMs);
      if (next > this.#script.horizonMs) break;
    }
    this.#keepEvidence(this.#state.background);
    this.#keepEvidence(this.#state.step);
    return { ...this.#verdict(), endedMs: this.#nowMs, timeline: this.#timeline, evidence: this.#evidence };
  }

  #tellDeadline(): void {
    const late = isDeadlineExceeded(this.#spec, this.#state, this.#nowMs);
    if (late && !this.#late) this.#tell('Degraded: ProgressDeadlineExceeded');
    this.#late = late;
  }

  /** What comes from outside at this time. */
  #happen(): void {
    for (const { role, pods } of this.#starting.filter(({ atMs }) => atMs <= this.#nowMs)) {
      this.#ready[role] += pods;
    }
    this.#starting = this.#starting.filter(({ atMs }) => atMs > this.#nowMs);
    for (const { atMs, act } of this.#script.acts) {
      if (atMs !== this.#nowMs) continue;
      this.#tell(`user: ${act}`);
      this.#change(acted(this.#state, act, this.#nowMs));
    }
    this.#change({ ...this.#state, canary: this.#replicaSet('canary'), stable: this.#replicaSet('stable') });
  }

  #replicaSet(role: Role): ReplicaSetState {
    const { desired } = this.#state[role];
    let lost = 0;
    for (const loss of this.#script.losses) {
      if (loss.role === role && loss.fromMs <= this.#nowMs && this.#nowMs < loss.toMs) lost += loss.pods;
    }
    return { desired, available: Math.max(0, Math.min(this.#ready[role], desired) - lost) };
  }

  /** Reconciles until nothing changes any more. */
  #settle(): void {
    const nowMs = this.#nowMs;
    const world = {
      nowMs,
      answerOf: (metric: AnalysisMetricSpec) => this.#answerOf(metric, nowMs),
      told: ({ metric, phase, message }: { metric: string; phase: string; message: string | undefined }) => {
        const text = `${metric}: ${phase}${message === undefined ? '' : ` (${message})`}`;
        if (this.#lastMeasured.get(metric) === text) return;
        this.#lastMeasured.set(metric, text);
        this.#tell(text);
      },
    };
    for (let round = 0; round < 10_000; round++) {
      const next = reconcile(this.#spec, this.#state, world);
      if (next === this.#state) return;
      this.#change(next);
      this.#schedulePods('canary');
      this.#schedulePods('stable');
    }
  }

  #schedulePods(role: Role): void {
    const { desired } = this.#state[role];
    this.#ready[role] = Math.min(this.#ready[role], desired);
    const starting = this.#starting.filter((batch) => batch.role === role);
    const coming = starting.reduce((sum, batch) => sum + batch.pods, 0);
    const missing = desired - this.#ready[role] - coming;
    if (missing > 0) {
      this.#starting.push({ role, atMs: this.#nowMs + this.#script.podReadyMs, pods: missing });
    } else if (missing < 0) {
      this.#starting = this.#starting.filter((batch) => batch.role !== role);
      const left = desired - this.#ready[role];
      if (left > 0) this.#starting.push({ role, atMs: this.#nowMs + this.#script.podReadyMs, pods: left });
    }
  }

  #change(next: RolloutState): void {
    if (next.step !== this.#state.step && this.#state.step?.startedMs !== next.step?.startedMs) {
      this.#keepEvidence(this.#state.step);
    }
    for (const text of describeChange(this.#spec, this.#state, next)) this.#tell(text);
    this.#state = next;
  }

  #keepEvidence(run: RolloutState['step']): void {
    if (run === undefined) return;
    for (const { spec, counters, phase } of run.metrics) {
      this.#evidence.push({
        metric: spec.name,
        template: spec.template,
        measurements: counters.count,
        errors: counters.error,
        phase,
        terminated: run.terminated || (isCompleted(phase) && counters.count + counters.error === 0),
      });
    }
  }

  #tell(text: string): void {
    this.#timeline.push({ timeMs: this.#nowMs, text });
  }

  /** The next time at which anything can happen. */
  #nextMs(): number | undefined {
    const { pause, stepIndex, background, step, scaleDownAtMs, aborted } = this.#state;
    const times = [
      ...this.#starting.map(({ atMs }) => atMs),
      ...this.#script.acts.map(({ atMs }) => atMs),
      ...this.#script.losses.flatMap(({ fromMs, toMs }) => [fromMs, toMs]),
      scaleDownAtMs,
    ];
    if (aborted === undefined) {
      if (background !== undefined) times.push(nextRunMs(background));
      if (step !== undefined && pause === undefined) times.push(nextRunMs(step));
      const current = this.#spec.steps[stepIndex];
      if (
        pause?.reason === 'CanaryPauseStep' &&
        current?.kind === 'pause' &&
        current.durationMs !== undefined
      ) {
        times.push(pause.sinceMs + current.durationMs + 1);
      }
      const deadlineMs = this.#state.progressedMs + this.#spec.progressDeadlineMs + 1;
      if (isDeadlineExceeded(this.#spec, this.#state, deadlineMs)) times.push(deadlineMs);
    }
    const later = times.filter((time) => time !== undefined && time > this.#nowMs);
    return later.length === 0 ? undefined : Math.min(...later.map((time) => time ?? Infinity));
  }

  #verdict(): Pick<DryRunResult, 'verdict' | 'reason'> {
    const state = this.#state;
    if (state.promoted) return { verdict: 'promoted', reason: 'the new version is stable' };
    if (state.aborted !== undefined) return { verdict: 'aborted', reason: state.aborted.message };
    if (state.pause !== undefined)
      return { verdict: 'paused', reason: `${state.pause.reason} without an end` };
    const late = isDeadlineExceeded(this.#spec, state, this.#nowMs);
    const phase = phaseOf(state, late);
    const waits = this.#nextMs() === undefined;
    return waits
      ? { verdict: 'stuck', reason: `${phase}: nothing will change any more` }
      : { verdict: 'running', reason: `${phase} at the end of the time that was played` };
  }
}

function acted(state: RolloutState, act: UserAct, nowMs: number): RolloutState {
  switch (act) {
    case 'abort':
      return abortRollout(state, 'aborted by the user', nowMs);
    case 'retry':
      return retryRollout(state, nowMs);
    case 'promote':
      return promoteRollout(state, false);
    case 'promote-full':
      return promoteRollout(state, true);
  }
}
