import type { AnalysisMetricSpec } from './argo/analysis-run.ts';
import type { CanarySpec } from './argo/canary-spec.ts';
import type { Answer } from './argo/measurement.ts';
import { isCompleted } from './argo/phase.ts';
import { RolloutRun } from './argo/rollout-run.ts';
import { newRollout, type RolloutState } from './argo/rollout-state.ts';
import { abortRollout, promoteFully, promoteRollout, retryRollout } from './argo/user-act.ts';
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

/** Plays a rollout as the controller does, from one event to the next; the answers come from the script. */
export function playRollout(
  spec: CanarySpec,
  script: DryRunScript,
  answerOf: (metric: AnalysisMetricSpec, nowMs: number) => Answer,
): DryRunResult {
  return new Play(spec, script, answerOf).run();
}

const stableVersion = 'stable';
const canaryVersion = 'canary';

/** A rollout whose stable version has all its pods, and to which a new version has just been given. */
function deployed(spec: CanarySpec): RolloutState {
  const { replicas } = spec;
  return {
    ...newRollout(canaryVersion),
    currentVersion: stableVersion,
    stableVersion,
    services: { canary: stableVersion, stable: stableVersion },
    weights: spec.trafficRouting ? { canary: 0, canaryVersion: stableVersion, stableVersion } : undefined,
    stepIndex: spec.steps.length === 0 ? undefined : spec.steps.length,
    replicaSets: [
      {
        version: stableVersion,
        revision: 1,
        desired: replicas,
        available: replicas,
        rolloutReplicas: replicas,
        scaleDownAtMs: undefined,
      },
    ],
    counts: { replicas, updated: replicas, available: replicas },
    healthyCondition: true,
    phase: 'Healthy',
  };
}

class Play {
  readonly #spec: CanarySpec;
  readonly #script: DryRunScript;
  readonly #timeline: TimelineEntry[] = [];
  readonly #lastMeasured = new Map<string, string>();
  readonly #run: RolloutRun;
  #late = false;

  constructor(
    spec: CanarySpec,
    script: DryRunScript,
    answerOf: (metric: AnalysisMetricSpec, nowMs: number) => Answer,
  ) {
    this.#spec = spec;
    this.#script = script;
    this.#run = new RolloutRun(spec, deployed(spec), {
      podReadyMs: () => script.podReadyMs,
      lostPods: (version, nowMs) => this.#lost(version, nowMs),
      answerOf,
      measured: ({ metric, phase, message }) => {
        const text = `${metric}: ${phase}${message === undefined ? '' : ` (${message})`}`;
        if (this.#lastMeasured.get(metric) === text) return;
        this.#lastMeasured.set(metric, text);
        this.#tell(text);
      },
      changed: (before, after) => {
        for (const text of describeChange(spec, before, after, stableVersion)) this.#tell(text);
      },
    });
  }

  run(): DryRunResult {
    const run = this.#run;
    for (;;) {
      for (const { atMs, act } of this.#script.acts) {
        if (atMs !== run.nowMs) continue;
        this.#tell(`user: ${act}`);
        run.change(acted(this.#spec, run.state, act));
      }
      run.settle();
      this.#tellDeadline();
      if (isPromoted(run.state)) break;
      const next = this.#nextMs();
      if (next === undefined) break;
      run.nowMs = Math.min(next, this.#script.horizonMs);
      if (next > this.#script.horizonMs) break;
    }
    return {
      ...this.#verdict(),
      endedMs: run.nowMs,
      timeline: this.#timeline,
      evidence: evidenceOf(run.state),
    };
  }

  #lost(version: string, nowMs: number): number {
    let lost = 0;
    for (const loss of this.#script.losses) {
      const hit = (loss.role === 'canary' ? canaryVersion : stableVersion) === version;
      if (hit && loss.fromMs <= nowMs && nowMs < loss.toMs) lost += loss.pods;
    }
    return lost;
  }

  #tellDeadline(): void {
    const late = this.#run.state.progress?.reason === 'ProgressDeadlineExceeded';
    if (late && !this.#late) this.#tell('Degraded: ProgressDeadlineExceeded');
    this.#late = late;
  }

  #tell(text: string): void {
    this.#timeline.push({ timeMs: this.#run.nowMs, text });
  }

  /** The next time at which anything can happen. */
  #nextMs(): number | undefined {
    const times = [
      this.#run.nextMs(),
      ...this.#script.acts.map(({ atMs }) => atMs),
      ...this.#script.losses.flatMap(({ fromMs, toMs }) => [fromMs, toMs]),
    ];
    const later = times.filter((timeMs) => timeMs !== undefined && timeMs > this.#run.nowMs);
    return later.length === 0 ? undefined : Math.min(...later.map((timeMs) => timeMs ?? Infinity));
  }

  #verdict(): Pick<DryRunResult, 'verdict' | 'reason'> {
    const { state } = this.#run;
    if (isPromoted(state)) return { verdict: 'promoted', reason: 'the new version is stable' };
    if (state.abort) return { verdict: 'aborted', reason: state.progress?.message ?? state.message };
    const pause = state.pauses[0];
    if (pause !== undefined) return { verdict: 'paused', reason: `${pause.reason} without an end` };
    return this.#nextMs() === undefined
      ? { verdict: 'stuck', reason: `${state.phase}: nothing will change any more` }
      : { verdict: 'running', reason: `${state.phase} at the end of the time that was played` };
  }
}

function isPromoted({ stableVersion: stable, version }: RolloutState): boolean {
  return stable === version;
}

function acted(spec: CanarySpec, state: RolloutState, act: UserAct): RolloutState {
  switch (act) {
    case 'abort':
      return abortRollout(state);
    case 'retry':
      return retryRollout(state);
    case 'promote':
      return promoteRollout(spec, state);
    case 'promote-full':
      return promoteFully(state);
  }
}

function evidenceOf(state: RolloutState): readonly MetricEvidence[] {
  return state.analyses.flatMap(({ run }) =>
    run.metrics.map(({ spec, counters, phase }) => ({
      metric: spec.name,
      template: spec.template,
      measurements: counters.count,
      errors: counters.error,
      phase,
      terminated: run.terminated || (isCompleted(phase) && counters.count + counters.error === 0),
    })),
  );
}
