import {
  advanceRun,
  startRun,
  terminateRun,
  type AnalysisMetricSpec,
  type AnalysisRun,
  type MeasurementEvent,
} from './analysis-run.ts';
import { basicCanaryReplicas, type BasicCanaryReplicas } from './basic-canary.ts';
import {
  previousWeightAt,
  routedCanaryReplicas,
  weightAt,
  type CanarySpec,
  type CanaryStepSpec,
} from './canary-spec.ts';
import type { Answer } from './measurement.ts';
import { isCompleted } from './phase.ts';
import type { RolloutState } from './rollout-state.ts';

/** What a reconcile learns from outside, and whom it tells. */
export interface ReconcileWorld {
  readonly nowMs: number;
  readonly answerOf: (metric: AnalysisMetricSpec) => Answer;
  readonly told: (event: MeasurementEvent) => void;
}

/**
 * One reconcile of the canary controller (delivery 2): traffic, analyses (a pause they raise ends it), scaling (ends
 * it, if it scaled), the pause of a step, then at most one step forward. Returns the state itself where nothing is to
 * be done.
 *
 * Not modelled: experiments, plugin steps, dynamicStableScale, blue-green, ephemeral metadata, the revision history;
 * the old stable is not scaled down after promotion; reconciles happen at once, not within their rate limits.
 */
export function reconcile(spec: CanarySpec, state: RolloutState, world: ReconcileWorld): RolloutState {
  if (state.promoted) return state;
  const routed = spec.trafficRouting ? reconcileTraffic(spec, state) : state;
  const analysed = reconcileAnalyses(spec, routed, world);
  if (analysed.pause !== state.pause) return analysed;
  const scaled = reconcileScale(spec, analysed, world.nowMs);
  if (scaled !== analysed) return scaled;
  return reconcileStatus(spec, analysed, world.nowMs);
}

/** Sets the weight, unless stable could not carry the rest: the guard holds during an abort, too (delivery 7–9). */
function reconcileTraffic(spec: CanarySpec, state: RolloutState): RolloutState {
  const desired = desiredWeight(spec, state);
  const needed = Math.floor(((100 - desired) * spec.replicas) / 100);
  if (state.stable.available < needed || desired === state.weight) return state;
  return { ...state, weight: desired };
}

function desiredWeight(spec: CanarySpec, state: RolloutState): number {
  if (state.aborted !== undefined || state.canary.available === 0) return 0;
  if (state.promoteFull) return state.canary.available >= spec.replicas ? 100 : state.weight;
  const wanted = desiredCanary(spec, state);
  const complete = state.canary.desired === wanted && state.canary.available >= wanted;
  return complete ? weightAt(spec, state.stepIndex) : previousWeightAt(spec, state.stepIndex);
}

function desiredCanary(spec: CanarySpec, state: RolloutState): number {
  if (state.promoteFull) return spec.replicas;
  if (spec.trafficRouting) return routedCanaryReplicas(spec, state.stepIndex);
  return basicReplicas(spec, state).canary;
}

function basicReplicas(spec: CanarySpec, state: RolloutState): BasicCanaryReplicas {
  const weight =
    state.aborted === undefined ? (state.promoteFull ? 100 : weightAt(spec, state.stepIndex)) : 0;
  return basicCanaryReplicas(spec.replicas, weight, spec.maxSurge);
}

function reconcileAnalyses(spec: CanarySpec, state: RolloutState, world: ReconcileWorld): RolloutState {
  if (state.aborted !== undefined || state.promoteFull) {
    const background = state.background === undefined ? undefined : terminateRun(state.background);
    const step = state.step === undefined ? undefined : terminateRun(state.step);
    const same = background === state.background && step === state.step;
    return same ? state : { ...state, background, step };
  }
  const withBackground = reconcileBackground(spec, state, world);
  if (withBackground.aborted !== undefined || withBackground.pause !== state.pause) return withBackground;
  return reconcileStepAnalysis(spec, withBackground, world);
}

function reconcileBackground(spec: CanarySpec, state: RolloutState, world: ReconcileWorld): RolloutState {
  if (spec.background === undefined || state.stepIndex < spec.background.startingStep) return state;
  const run = state.background ?? startRun(spec.background.metrics, world.nowMs);
  const background = advanceRun(run, world.nowMs, world.answerOf, world.told);
  const next = background === state.background ? state : { ...state, background };
  return judged(next, state.background, background, 'Background analysis phase error/failed', world.nowMs);
}

/** Not reconciled while the rollout is paused (delivery 14). */
function reconcileStepAnalysis(spec: CanarySpec, state: RolloutState, world: ReconcileWorld): RolloutState {
  const step = spec.steps[state.stepIndex];
  if (step?.kind !== 'analysis' || state.pause !== undefined) return state;
  const run = state.step ?? startRun(step.metrics, world.nowMs);
  const advanced = advanceRun(run, world.nowMs, world.answerOf, world.told);
  const next = advanced === state.step ? state : { ...state, step: advanced };
  return judged(next, state.step, advanced, 'Step-based analysis phase error/failed', world.nowMs);
}

/** What a run that has just ended does to the rollout. */
function judged(
  state: RolloutState,
  before: AnalysisRun | undefined,
  after: AnalysisRun,
  message: string,
  nowMs: number,
): RolloutState {
  if (before !== undefined && isCompleted(before.phase)) return state;
  switch (after.phase) {
    case 'Failed':
    case 'Error':
      return abortRollout(state, message, nowMs);
    case 'Inconclusive':
      return { ...state, pause: { reason: 'InconclusiveAnalysisRun', sinceMs: nowMs } };
    case 'Successful':
    case 'Running':
    case 'Pending':
      return state;
  }
}

/** Abort (delivery 16): step 0, weight 0 as soon as stable can carry it. */
export function abortRollout(state: RolloutState, message: string, nowMs: number): RolloutState {
  if (state.aborted !== undefined || state.promoted) return state;
  return { ...state, aborted: { sinceMs: nowMs, message }, stepIndex: 0, pause: undefined };
}

/** Promote (delivery 18): ends the pause, or skips the current step. */
export function promoteRollout(state: RolloutState, full: boolean): RolloutState {
  if (state.promoted) return state;
  if (full) return { ...state, promoteFull: true, pause: undefined, aborted: undefined };
  if (state.pause?.reason === 'InconclusiveAnalysisRun') return { ...state, pause: undefined };
  return { ...state, stepIndex: state.stepIndex + 1, pause: undefined, step: undefined };
}

/** Retry (delivery 18): step 0 again, with fresh analyses. */
export function retryRollout(state: RolloutState, nowMs: number): RolloutState {
  if (state.aborted === undefined) return state;
  return {
    ...state,
    aborted: undefined,
    stepIndex: 0,
    pause: undefined,
    background: undefined,
    step: undefined,
    scaleDownAtMs: undefined,
    progressedMs: nowMs,
  };
}

function reconcileScale(spec: CanarySpec, state: RolloutState, nowMs: number): RolloutState {
  return spec.trafficRouting ? scaleRouted(spec, state, nowMs) : scaleBasic(spec, state, nowMs);
}

function withDesired(state: RolloutState, canary: number, stable: number, nowMs: number): RolloutState {
  if (canary === state.canary.desired && stable === state.stable.desired) return state;
  return {
    ...state,
    // Pods that are no longer wanted go at once; new ones become available later.
    canary: { desired: canary, available: Math.min(state.canary.available, canary) },
    stable: { desired: stable, available: Math.min(state.stable.available, stable) },
    progressedMs: nowMs,
  };
}

function scaleRouted(spec: CanarySpec, state: RolloutState, nowMs: number): RolloutState {
  if (state.aborted === undefined)
    return withDesired(state, desiredCanary(spec, state), spec.replicas, nowMs);
  if (state.canary.desired === 0 || spec.abortScaleDownDelayMs === 0) return state;
  if (state.scaleDownAtMs === undefined) {
    if (state.stable.available < spec.replicas) return state;
    return { ...state, scaleDownAtMs: nowMs + spec.abortScaleDownDelayMs };
  }
  return nowMs < state.scaleDownAtMs ? state : withDesired(state, 0, spec.replicas, nowMs);
}

/** Without a router pods are exchanged within surge and unavailability, an abort goes back the same way. */
function scaleBasic(spec: CanarySpec, state: RolloutState, nowMs: number): RolloutState {
  const weight =
    state.aborted === undefined ? (state.promoteFull ? 100 : weightAt(spec, state.stepIndex)) : 0;
  const wanted = basicCanaryReplicas(spec.replicas, weight, spec.maxSurge);
  const most = spec.replicas + spec.maxSurge;
  const least = spec.replicas - spec.maxUnavailable;
  const next = (target: number, own: RolloutState['canary'], other: RolloutState['canary']): number =>
    target >= own.desired
      ? Math.max(own.desired, Math.min(target, most - other.desired))
      : Math.min(
          own.desired,
          Math.max(target, own.desired - Math.max(0, own.available + other.available - least)),
        );
  const canary = next(wanted.canary, state.canary, state.stable);
  const stable = next(wanted.stable, state.stable, { ...state.canary, desired: canary });
  return withDesired(state, canary, stable, nowMs);
}

function reconcileStatus(spec: CanarySpec, state: RolloutState, nowMs: number): RolloutState {
  if (state.aborted !== undefined) return state;
  const step = spec.steps[state.stepIndex];
  if (step === undefined || state.promoteFull) {
    // The whole fleet runs the new version: it is the stable one from now on (delivery 19).
    if (state.canary.available < spec.replicas) return abortIfLate(spec, state, nowMs);
    const over = (run: AnalysisRun | undefined): AnalysisRun | undefined =>
      run === undefined ? run : terminateRun(run);
    return {
      ...state,
      promoted: true,
      weight: 100,
      background: over(state.background),
      step: over(state.step),
    };
  }
  if (step.kind === 'pause' && state.pause === undefined) {
    return { ...state, pause: { reason: 'CanaryPauseStep', sinceMs: nowMs } };
  }
  if (!isStepComplete(spec, state, step, nowMs)) return abortIfLate(spec, state, nowMs);
  return { ...state, stepIndex: state.stepIndex + 1, pause: undefined, step: undefined, progressedMs: nowMs };
}

/** Whether the current step is done (delivery 5, 6). */
function isStepComplete(spec: CanarySpec, state: RolloutState, step: CanaryStepSpec, nowMs: number): boolean {
  if (state.pause?.reason === 'InconclusiveAnalysisRun') return false;
  switch (step.kind) {
    case 'pause':
      // Strictly after the duration.
      return (
        step.durationMs !== undefined &&
        state.pause !== undefined &&
        nowMs > state.pause.sinceMs + step.durationMs
      );
    case 'setWeight':
    case 'setCanaryScale':
      // Whether the router has the weight is not asked: no router that tFDC uses verifies it (delivery 41).
      return countsReached(spec, state);
    case 'analysis':
      return state.step?.phase === 'Successful';
    case 'route':
      return true;
  }
}

function countsReached(spec: CanarySpec, state: RolloutState): boolean {
  const wanted = desiredCanary(spec, state);
  if (state.canary.desired !== wanted || state.canary.available < wanted) return false;
  if (spec.trafficRouting) return true;
  return state.stable.desired === basicReplicas(spec, state).stable;
}

/** Whether nothing has moved for longer than the deadline; pauses and analyses may take as long as they like (delivery 21). */
export function isDeadlineExceeded(spec: CanarySpec, state: RolloutState, nowMs: number): boolean {
  const kind = spec.steps[state.stepIndex]?.kind;
  if (state.promoted || state.aborted !== undefined || state.pause !== undefined) return false;
  if (kind === 'pause' || kind === 'analysis') return false;
  return nowMs > state.progressedMs + spec.progressDeadlineMs;
}

function abortIfLate(spec: CanarySpec, state: RolloutState, nowMs: number): RolloutState {
  if (!spec.progressDeadlineAbort || !isDeadlineExceeded(spec, state, nowMs)) return state;
  return abortRollout(state, 'ProgressDeadlineExceeded', nowMs);
}
