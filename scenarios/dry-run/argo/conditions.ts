import type { CanarySpec } from './canary-spec.ts';
import {
  canaryOf,
  isFullyPromoted,
  othersOf,
  type ProgressCondition,
  type ProgressReason,
  type ReplicaCounts,
  type RolloutPhase,
  type RolloutState,
} from './rollout-state.ts';

export function countsOf(state: RolloutState): ReplicaCounts {
  const sum = (key: 'desired' | 'available'): number =>
    state.replicaSets.reduce((total, set) => total + set[key], 0);
  return { replicas: sum('desired'), updated: canaryOf(state)?.desired ?? 0, available: sum('available') };
}

/** A condition with the same reason stays as it is. */
function progressSet(
  current: ProgressCondition | undefined,
  reason: ProgressReason,
  message: string,
  nowMs: number,
): ProgressCondition {
  return current?.reason === reason ? current : { reason, message, updatedMs: nowMs };
}

/** Pauses, their ends and retries as conditions, so that the deadline counts anew after them (delivery 21). */
export function withPauseConditions(state: RolloutState, nowMs: number): RolloutState {
  const { progress } = state;
  const paused = state.pauses.length > 0;
  const aborted = progress?.reason === 'RolloutAborted';
  let next = state;
  if (paused !== (progress?.reason === 'RolloutPaused') && !aborted && !isFullyPromoted(state)) {
    const [reason, message] = paused
      ? (['RolloutPaused', 'Rollout is paused'] as const)
      : (['RolloutResumed', 'Rollout is resumed'] as const);
    next = { ...next, progress: progressSet(progress, reason, message, nowMs) };
  }
  if (!state.abort && aborted) {
    next = {
      ...next,
      progress: progressSet(progress, 'RolloutRetry', 'Retrying Rollout after abort', nowMs),
    };
  }
  return paused !== state.pausedCondition && !aborted ? { ...next, pausedCondition: paused } : next;
}

export interface ConditionUpdate {
  readonly healthyCondition: boolean | undefined;
  readonly progress: ProgressCondition | undefined;
  /** The deadline aborts the rollout now. */
  readonly abortsByDeadline: boolean;
}

/** Conditions of a new status; `before` is the one it replaces. */
export function updatedConditions(
  spec: CanarySpec,
  before: RolloutState,
  after: RolloutState,
  aborted: boolean,
  abortMessage: string | undefined,
  nowMs: number,
): ConditionUpdate {
  const healthy = isHealthy(spec, after);
  const healthyNow = healthy && before.pauses.length === 0;
  const becameUnhealthy = !healthyNow && before.healthyCondition === true;
  const healthyCondition =
    healthyNow || before.healthyCondition === undefined ? healthyNow || undefined : false;
  const name = after.version;
  const told = (progress: ProgressCondition | undefined): ConditionUpdate => ({
    healthyCondition,
    progress,
    abortsByDeadline: false,
  });
  if (aborted) {
    const revision = canaryOf(after)?.revision ?? 0;
    const cause = abortMessage === undefined || abortMessage === '' ? '' : `: ${abortMessage}`;
    const message = `Rollout aborted update to revision ${revision}${cause}`;
    return told(progressSet(after.progress, 'RolloutAborted', message, nowMs));
  }
  if (healthy) {
    const message = `ReplicaSet "${name}" has successfully progressed.`;
    return told(progressSet(after.progress, 'NewReplicaSetAvailable', message, nowMs));
  }
  if (isProgressing(before, after) || becameUnhealthy) {
    return told(
      isFullyPromoted(after) && becameUnhealthy
        ? {
            reason: 'ReplicaSetNotAvailable',
            message: 'Rollout does not have minimum availability',
            updatedMs: nowMs,
          }
        : { reason: 'ReplicaSetUpdated', message: `ReplicaSet "${name}" is progressing.`, updatedMs: nowMs },
    );
  }
  if (!mayTimeOut(spec, before) || !isTimedOut(spec, after.progress, nowMs)) return told(after.progress);
  const message = `ReplicaSet "${name}" has timed out progressing.`;
  return {
    healthyCondition,
    progress: progressSet(after.progress, 'ProgressDeadlineExceeded', message, nowMs),
    abortsByDeadline: spec.progressDeadlineAbort,
  };
}

function isHealthy(spec: CanarySpec, state: RolloutState): boolean {
  const { replicas, updated, available } = state.counts;
  const allSteps =
    spec.steps.length === 0 || state.stepIndex === undefined || state.stepIndex === spec.steps.length;
  return (
    [replicas, updated, available].every((count) => count === spec.replicas) &&
    allSteps &&
    isFullyPromoted(state)
  );
}

function isProgressing(before: RolloutState, after: RolloutState): boolean {
  const [old, now] = [before.counts, after.counts];
  const steps = before.stepIndex !== undefined && after.stepIndex !== undefined;
  return (
    before.stableVersion !== after.stableVersion ||
    (steps && before.stepIndex !== after.stepIndex) ||
    now.updated !== old.updated ||
    now.replicas - now.updated < old.replicas - old.updated ||
    now.available > old.available
  );
}

/** Pauses, analyses and experiments may take as long as they like, and so may versions that wait for their end (delivery 21). */
export function mayTimeOut(spec: CanarySpec, state: RolloutState): boolean {
  const kind = spec.steps[state.stepIndex ?? 0]?.kind;
  const endless = kind === 'pause' || kind === 'analysis' || kind === 'experiment';
  if (endless || state.pausedCondition) return false;
  return othersOf(state).every(({ scaleDownAtMs }) => scaleDownAtMs === undefined);
}

function isTimedOut(spec: CanarySpec, progress: ProgressCondition | undefined, nowMs: number): boolean {
  switch (progress?.reason) {
    case undefined:
    case 'RolloutAborted':
    case 'RolloutPaused':
      return false;
    case 'ProgressDeadlineExceeded':
      return true;
    case 'NewReplicaSetCreated':
    case 'ReplicaSetUpdated':
    case 'ReplicaSetNotAvailable':
    case 'NewReplicaSetAvailable':
    case 'RolloutResumed':
    case 'RolloutRetry':
      return nowMs > progress.updatedMs + spec.progressDeadlineMs;
  }
}

/** Phase and message as the status shows them. */
export function phaseAndMessage(
  spec: CanarySpec,
  state: RolloutState,
): readonly [phase: RolloutPhase, message: string] {
  const { progress, counts, pauses } = state;
  if (progress?.reason === 'RolloutAborted' || progress?.reason === 'ProgressDeadlineExceeded') {
    return ['Degraded', `${progress.reason}: ${progress.message}`];
  }
  if (pauses[0] !== undefined) return ['Paused', pauses[0].reason];
  if (counts.updated < spec.replicas) return ['Progressing', 'more replicas need to be updated'];
  if (counts.available < counts.updated) {
    return ['Progressing', 'updated replicas are still becoming available'];
  }
  if (!spec.trafficRouting && counts.replicas > counts.updated) {
    return ['Progressing', 'old replicas are pending termination'];
  }
  return isFullyPromoted(state) ? ['Healthy', ''] : ['Progressing', 'waiting for all steps to complete'];
}
