import { reconcileAnalyses } from './analyses.ts';
import type { CanarySpec, CanaryStepSpec } from './canary-spec.ts';
import { countsOf, phaseAndMessage, updatedConditions, withPauseConditions } from './conditions.ts';
import { reconcileExperiments } from './experiments.ts';
import { atWantedReplicas } from './replica-counts.ts';
import {
  analysisOf,
  canaryOf,
  experimentOf,
  hasPause,
  isFullyPromoted,
  stableOf,
  withReplicaSet,
  type Pause,
  type PauseReason,
  type RolloutState,
} from './rollout-state.ts';
import { reconcileReplicaSets } from './scaling.ts';
import { reconciledServices, reconciledWeights } from './traffic.ts';

/**
 * One reconcile of the canary controller of Argo Rollouts 1.8 (delivery 2): a changed version first, a changed number
 * of replicas next, then traffic, experiments, analyses (a pause they raise ends it), scaling (ends it, if it scaled),
 * the pause of a step, and at most one step forward. Returns an equal state where nothing is to be done.
 *
 * Not modelled: blue-green, plugin steps, restarts, ping-pong services, ephemeral metadata, weights that
 * the router verifies, a rollback window, `spec.paused`, changed steps, minimum pods per ReplicaSet, replica progress
 * thresholds, limits of the history; reconciles happen at once, not within their rate limits.
 */
export function reconcile(spec: CanarySpec, state: RolloutState, nowMs: number): RolloutState {
  const known = withPauseConditions(withCanary(state, nowMs), nowMs);
  // An abort of a rollout that is promoted already means nothing any more.
  const seen = { ...known, abort: known.abort && !isFullyPromoted(known) };
  const isNew = seen.currentVersion !== seen.version;
  if (isScalingEvent(spec, seen)) {
    const event = reconcileReplicaSets(spec, seen, seen.weights, nowMs);
    return event.refused === true
      ? { ...seen, replicaSets: event.state.replicaSets }
      : persisted(spec, event.state);
  }
  if (isNew) return resetForVersion(spec, seen, nowMs);
  const served = { ...seen, services: reconciledServices(spec, seen) };
  const weights = reconciledWeights(spec, served);
  const tried = reconcileExperiments(spec, served, nowMs);
  const analysed = reconcileAnalyses(spec, tried.state, tried.abortMessage !== undefined, nowMs);
  const judged = { ...analysed.state, experimentId: tried.currentId };
  const addedPauses: PauseReason[] = [];
  if (tried.pauses) addedPauses.push('InconclusiveExperiment');
  if (analysed.pauses) addedPauses.push('InconclusiveAnalysisRun');
  // The later assignment wins.
  const outcome = { weights, addedPauses, abortMessage: analysed.abortMessage ?? tried.abortMessage };
  if (addedPauses.length > 0) return synced(spec, seen, judged, outcome, nowMs);
  const { state: sized, scaled, refused } = reconcileReplicaSets(spec, judged, weights, nowMs);
  // A reconcile that fails writes no status.
  if (refused === true) {
    const { replicaSets, analyses, experiments } = sized;
    return { ...served, replicaSets, analyses, experiments };
  }
  if (scaled) return synced(spec, seen, sized, outcome, nowMs);
  if (startsPause(spec, seen)) addedPauses.push('CanaryPauseStep');
  return synced(spec, seen, sized, outcome, nowMs);
}

/** What a reconcile found besides the state. */
interface Outcome {
  readonly weights: RolloutState['weights'];
  readonly addedPauses: readonly PauseReason[];
  readonly abortMessage: string | undefined;
}

/** The ReplicaSet of the wanted version, with the newest revision. */
function withCanary(state: RolloutState, nowMs: number): RolloutState {
  const canary = canaryOf(state);
  const older = state.replicaSets.filter(({ version }) => version !== state.version);
  const revision = Math.max(0, ...older.map((set) => set.revision)) + 1;
  if (canary !== undefined) {
    return canary.revision >= revision ? state : withReplicaSet(state, { ...canary, revision });
  }
  const { version } = state;
  const created = {
    version,
    revision,
    desired: 0,
    available: 0,
    rolloutReplicas: undefined,
    scaleDownAtMs: undefined,
  };
  const message = `Created new replica set "${version}"`;
  return {
    ...state,
    replicaSets: [...state.replicaSets, created],
    progress: { reason: 'NewReplicaSetCreated', message, updatedMs: nowMs },
  };
}

function isScalingEvent(spec: CanarySpec, state: RolloutState): boolean {
  return [canaryOf(state), stableOf(state)].some(
    (set) =>
      set !== undefined &&
      set.desired > 0 &&
      set.rolloutReplicas !== undefined &&
      set.rolloutReplicas !== spec.replicas,
  );
}

/** A scaling event leaves all of the status but what is counted. */
function persisted(spec: CanarySpec, state: RolloutState): RolloutState {
  const { available } = countsOf(state);
  const next = { ...state, counts: { ...state.counts, available } };
  const [phase, message] = phaseAndMessage(spec, next);
  return { ...next, phase, message };
}

/** A new version starts at step 0; back at stable, all steps are skipped (delivery 3, 20). */
function resetForVersion(spec: CanarySpec, state: RolloutState, nowMs: number): RolloutState {
  const count = spec.steps.length;
  const first = count === 0 ? undefined : 0;
  const reset: RolloutState = {
    ...state,
    currentVersion: state.version,
    pauses: [],
    controllerPause: false,
    abort: false,
    abortedAtMs: undefined,
    promoteFull: false,
    backgroundId: undefined,
    stepId: undefined,
    experimentId: undefined,
    stepIndex: count > 0 && state.stableVersion === state.version ? count : first,
  };
  return withStatus(spec, state, reset, false, undefined, nowMs);
}

/** The step pauses the rollout, unless it has done so before. */
function startsPause(spec: CanarySpec, state: RolloutState): boolean {
  if (state.promoteFull || spec.steps[state.stepIndex ?? 0]?.kind !== 'pause') return false;
  return !hasPause(state, 'CanaryPauseStep') && !state.controllerPause;
}

/** The new status (delivery 2k); `before` is the state at the start of the reconcile, `after` what it made of it. */
function synced(
  spec: CanarySpec,
  before: RolloutState,
  after: RolloutState,
  outcome: Outcome,
  nowMs: number,
): RolloutState {
  const count = spec.steps.length;
  const { abortMessage } = outcome;
  const weighted = { ...after, weights: outcome.weights };
  const aborted = (before.abort || abortMessage !== undefined) && !before.promoteFull;
  const skipped = before.promoteFull && count > 0 ? count : weighted.stepIndex;
  if (isPromoted(spec, before, weighted, aborted, skipped)) {
    const promoted: RolloutState = {
      ...weighted,
      stableVersion: weighted.version,
      stepIndex: count > 0 ? count : undefined,
      promoteFull: false,
      ...withoutPauses,
    };
    return withStatus(spec, before, promoted, false, undefined, nowMs);
  }
  if (aborted) {
    const stepIndex = count === 0 ? weighted.stepIndex : isFullyPromoted(weighted) ? count : 0;
    const stopped = { ...weighted, stepIndex, ...abortedStatus(before, nowMs) };
    return withStatus(spec, before, stopped, true, abortMessage, nowMs);
  }
  const completed = skipped === before.stepIndex && isStepComplete(spec, before, weighted, nowMs);
  const pauses = before.promoteFull ? [] : pausesAfter(before, completed, outcome.addedPauses, nowMs);
  const moved: RolloutState = {
    ...weighted,
    stepIndex: completed ? (skipped ?? 0) + 1 : skipped,
    stepId: completed ? undefined : weighted.stepId,
    abort: false,
    abortedAtMs: undefined,
    pauses,
    controllerPause: pauses.length > 0 && (before.controllerPause || outcome.addedPauses.length > 0),
  };
  return withStatus(spec, before, moved, false, undefined, nowMs);
}

const withoutPauses = { pauses: [], controllerPause: false, abort: false, abortedAtMs: undefined } as const;

function abortedStatus(before: RolloutState, nowMs: number): Partial<RolloutState> {
  return { ...withoutPauses, abort: true, abortedAtMs: before.abortedAtMs ?? nowMs };
}

/** The canary becomes stable: at the first deployment, or with all its pods after all its steps (delivery 4, 19). */
function isPromoted(
  spec: CanarySpec,
  before: RolloutState,
  after: RolloutState,
  aborted: boolean,
  stepIndex: number | undefined,
): boolean {
  if (stableOf(after) === undefined) return true;
  if (aborted || canaryOf(after)?.available !== spec.replicas) return false;
  return before.promoteFull || spec.steps.length === 0 || stepIndex === spec.steps.length;
}

function pausesAfter(
  before: RolloutState,
  completed: boolean,
  added: readonly PauseReason[],
  nowMs: number,
): readonly Pause[] {
  const kept = before.pauses.filter(({ reason }) => !(completed && reason === 'CanaryPauseStep'));
  const fresh = added.filter((reason) => !hasPause(before, reason));
  return [...kept, ...fresh.map((reason) => ({ reason, sinceMs: nowMs }))];
}

/** Whether the current step is done (delivery 5, 6). */
function isStepComplete(spec: CanarySpec, before: RolloutState, after: RolloutState, nowMs: number): boolean {
  const step: CanaryStepSpec | undefined = spec.steps[before.stepIndex ?? 0];
  switch (step?.kind) {
    case undefined:
      return false;
    case 'pause': {
      const pause = before.pauses.find(({ reason }) => reason === 'CanaryPauseStep');
      if (pause === undefined) return before.controllerPause;
      // Strictly after the duration.
      return step.durationMs !== undefined && nowMs > pause.sinceMs + step.durationMs;
    }
    case 'setWeight':
    case 'setCanaryScale':
      // Whether the router has the weight is not asked: no router that tFDC uses verifies it (delivery 41).
      return atWantedReplicas(spec, after, after.weights);
    case 'analysis':
      return analysisOf(after, after.stepId)?.run.phase === 'Successful';
    case 'experiment':
      return experimentOf(before, before.experimentId)?.state.phase === 'Successful';
    case 'route':
      return true;
  }
}

function withStatus(
  spec: CanarySpec,
  before: RolloutState,
  after: RolloutState,
  aborted: boolean,
  abortMessage: string | undefined,
  nowMs: number,
): RolloutState {
  // Pods that this reconcile asks for are not there yet.
  const counted = { ...after, counts: countsOf(before) };
  const update = updatedConditions(spec, before, counted, aborted, abortMessage, nowMs);
  const { healthyCondition, progress, abortsByDeadline } = update;
  const late = abortsByDeadline ? abortedStatus(before, nowMs) : {};
  const next: RolloutState = { ...counted, healthyCondition, progress, ...late };
  const [phase, message] = phaseAndMessage(spec, next);
  return { ...next, phase, message };
}
