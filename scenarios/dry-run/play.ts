import type { AnswerOf } from './answers.ts';
import type { CanarySpec } from './argo/canary-spec.ts';
import { RolloutRun } from './argo/rollout-run.ts';
import { isEnding } from './argo/experiment.ts';
import { experimentOf, newRollout, type RolloutState } from './argo/rollout-state.ts';
import {
  abortRollout,
  promoteFully,
  promoteRollout,
  retryRollout,
  terminateExperiments,
} from './argo/user-act.ts';
import { evidenceOf, type MetricEvidence } from './evidence.ts';
import { describeChange } from './timeline.ts';
import type { DryRunScript, UserAct } from './script.ts';

export interface TimelineEntry {
  readonly timeMs: number;
  readonly text: string;
}

/**
 * How it ended: `paused` and `stuck` wait for something that never comes. A Rollout is promoted or aborted; an
 * Experiment successful, failed or inconclusive, which it also is where it ends without evidence.
 */
export type DryRunVerdict =
  'promoted' | 'aborted' | 'successful' | 'failed' | 'inconclusive' | 'paused' | 'stuck' | 'running';

export interface DryRunResult {
  readonly verdict: DryRunVerdict;
  readonly reason: string;
  readonly endedMs: number;
  readonly timeline: readonly TimelineEntry[];
  readonly evidence: readonly MetricEvidence[];
}

/** Plays a rollout as the controller does, from one event to the next; the answers come from the script. */
export function playRollout(spec: CanarySpec, script: DryRunScript, answerOf: AnswerOf): DryRunResult {
  return new Play(spec, script, answerOf).run();
}

const stableVersion = 'stable';
const canaryVersion = 'canary';
/** Experiments that one step starts, one after the other, before it is called stuck. */
const mostAttempts = 20;

/** A rollout whose stable version has all its pods, and to which a new version has just been given. */
function deployed(spec: CanarySpec): RolloutState {
  const { replicas } = spec;
  return {
    ...newRollout(canaryVersion),
    currentVersion: stableVersion,
    stableVersion,
    services: { canary: stableVersion, stable: stableVersion },
    weights: spec.trafficRouting
      ? { canary: 0, canaryVersion: stableVersion, stableVersion, experiments: [] }
      : undefined,
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

  constructor(spec: CanarySpec, script: DryRunScript, answerOf: AnswerOf) {
    this.#spec = spec;
    this.#script = script;
    this.#run = new RolloutRun(spec, deployed(spec), {
      // Something that takes no time at all would be repeated without an end.
      podReadyMs: () => Math.max(1, script.podReadyMs),
      lostPods: (version, experiment, nowMs) => this.#lost(experiment ? 'experiment' : version, nowMs),
      answerOf,
      measured: ({ metric, analysis, phase, message }) => {
        const name = analysis === undefined ? metric : `${analysis}/${metric}`;
        const text = `${name}: ${phase}${message === undefined ? '' : ` (${message})`}`;
        if (this.#lastMeasured.get(name) === text) return;
        this.#lastMeasured.set(name, text);
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
      if (isPromoted(run.state) || this.#repeats()) break;
      const next = this.#nextMs();
      if (next === undefined) break;
      run.nowMs = Math.min(next, this.#script.horizonMs);
      if (next > this.#script.horizonMs) break;
    }
    return {
      ...this.#verdict(),
      endedMs: run.nowMs,
      timeline: this.#timeline,
      evidence: evidenceOf([
        ...run.state.analyses.map(({ run: analysis }) => analysis),
        ...run.state.experiments.flatMap(({ state }) => state.analyses.flatMap((each) => each.run ?? [])),
      ]),
    };
  }

  #lost(whose: string, nowMs: number): number {
    let lost = 0;
    for (const loss of this.#script.losses) {
      if (loss.role === whose && loss.fromMs <= nowMs && nowMs < loss.toMs) lost += loss.pods;
    }
    return lost;
  }

  /** An inconclusive experiment is followed by the next one, which nothing but a user ends. */
  #repeats(): boolean {
    return this.#run.state.experiments.some(({ attempt }) => attempt >= mostAttempts);
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
    if (this.#repeats()) {
      const reason = `step ${state.stepIndex ?? 0} starts one experiment after the other: each is inconclusive`;
      return { verdict: 'stuck', reason };
    }
    const endless = endlessExperiment(state);
    if (endless !== undefined && this.#nextMs() === undefined) return { verdict: 'stuck', reason: endless };
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
    case 'terminate':
      return terminateExperiments(state);
  }
}

/** Why the experiment of a step never ends; undefined where none stands in the way. */
function endlessExperiment(state: RolloutState): string | undefined {
  const current = experimentOf(state, state.experimentId);
  if (current?.state.phase !== 'Running') return undefined;
  const name = `the experiment of step ${current.stepIndex}`;
  return isEnding(current.spec, current.state)
    ? `${name} has ended its analyses and never looks at them again: it stays Running`
    : `${name} has neither a duration nor a required analysis that ends: it runs until it is terminated`;
}
