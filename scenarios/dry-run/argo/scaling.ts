import { rolloutDefaults, type CanarySpec } from './canary-spec.ts';
import { basicReplicas, routedReplicas } from './replica-counts.ts';
import {
  canaryOf,
  hasPause,
  isFullyPromoted,
  othersOf,
  replicaSetOf,
  stableOf,
  withReplicaSet,
  type ReplicaSetState,
  type RolloutState,
  type RouterWeights,
} from './rollout-state.ts';

export interface Scaled {
  readonly state: RolloutState;
  /** The size of a ReplicaSet was changed, which ends the reconcile early. */
  readonly scaled: boolean;
  /**
   * A ReplicaSet whose deadline was taken back was to be scaled as well: the second write is refused, since the first
   * one changed the object, and the reconcile fails. The next one starts from the object as it is.
   */
  readonly refused?: boolean;
}

/** Scales stable first, then the canary, then what is older; the first that changes ends it (delivery 2h). */
export function reconcileReplicaSets(
  spec: CanarySpec,
  state: RolloutState,
  weights: RouterWeights | undefined,
  nowMs: number,
): Scaled {
  if (hasPause(state, 'InconclusiveAnalysisRun')) return { state, scaled: false };
  const freed = withoutDeadlines(spec, state);
  const isRefused = (set: ReplicaSetState | undefined, after: RolloutState): boolean =>
    set?.scaleDownAtMs !== undefined &&
    replicaSetOf(freed, set.version)?.scaleDownAtMs === undefined &&
    replicaSetOf(after, set.version) !== replicaSetOf(freed, set.version);
  const stable = reconcileStable(spec, freed);
  if (isRefused(stableOf(state), stable.state)) return { state: freed, scaled: false, refused: true };
  if (stable.scaled) return stable;
  const canary = reconcileCanary(spec, stable.state, weights, nowMs);
  if (isRefused(canaryOf(state), canary.state)) return { state: stable.state, scaled: false, refused: true };
  if (canary.scaled) return canary;
  return reconcileOthers(spec, canary.state, nowMs);
}

/** The canary and stable do not go, whatever was planned when they were something else. */
function withoutDeadlines(spec: CanarySpec, state: RolloutState): RolloutState {
  let freed = state;
  for (const set of [delaysCanary(spec, state) ? undefined : canaryOf(state), stableOf(state)]) {
    if (set?.scaleDownAtMs === undefined) continue;
    freed = withReplicaSet(freed, { ...set, scaleDownAtMs: undefined });
  }
  return freed;
}

/** Whether an aborted canary goes after a delay only (delivery 17). */
function delaysCanary(spec: CanarySpec, state: RolloutState): boolean {
  if (!state.abort || stableOf(state) === undefined || !spec.trafficRouting) return false;
  if (spec.abortScaleDownDelayMs === undefined) return !spec.dynamicStableScale;
  return spec.abortScaleDownDelayMs > 0;
}

function reconcileStable(spec: CanarySpec, state: RolloutState): Scaled {
  const stable = stableOf(state);
  if (stable === undefined || stable.version === state.version) return { state, scaled: false };
  // By the weights of before: stable shrinks one reconcile after the traffic has gone.
  const wanted = spec.trafficRouting
    ? routedReplicas(spec, state, state.weights)
    : basicReplicas(spec, state);
  return scaledTo(spec, state, stable, wanted.stable);
}

function reconcileCanary(
  spec: CanarySpec,
  state: RolloutState,
  weights: RouterWeights | undefined,
  nowMs: number,
): Scaled {
  const canary = canaryOf(state);
  if (canary === undefined) return { state, scaled: false };
  const wanted = spec.trafficRouting ? routedReplicas(spec, state, weights) : basicReplicas(spec, state);
  if (!delaysCanary(spec, state)) return scaledTo(spec, state, canary, wanted.canary);
  if (canary.scaleDownAtMs !== undefined) {
    if (nowMs < canary.scaleDownAtMs) return { state, scaled: false };
    return scaledTo(spec, state, canary, 0);
  }
  if (stableOf(state)?.available !== spec.replicas) return { state, scaled: false };
  const delayMs = spec.abortScaleDownDelayMs ?? rolloutDefaults.abortScaleDownDelayMs;
  return { state: withReplicaSet(state, { ...canary, scaleDownAtMs: nowMs + delayMs }), scaled: false };
}

/** Older versions: without a router they go at once, else the former stable goes after its delay (delivery 3, 19). */
function reconcileOthers(spec: CanarySpec, state: RolloutState, nowMs: number): Scaled {
  let next = state;
  let scaled = false;
  for (const { version, available } of othersOf(state)) {
    // Pods that are not available are no loss.
    const change = scaledTo(spec, next, replicaSetOf(next, version), available);
    next = change.state;
    scaled ||= change.scaled;
  }
  const available = state.replicaSets.reduce((sum, set) => sum + set.available, 0);
  let spare = available - (spec.replicas - spec.maxUnavailable);
  if (spare <= 0) return { state: next, scaled: false };
  for (const { version } of othersOf(next).toSorted((left, right) => right.revision - left.revision)) {
    const set = replicaSetOf(next, version);
    if (spare <= 0 || set === undefined) break;
    if (set.desired === 0 || (spec.trafficRouting && isReferenced(state, version))) continue;
    const delayed = spec.trafficRouting ? delayedOther(spec, state, set, nowMs) : undefined;
    if (delayed !== undefined) {
      next = withReplicaSet(next, delayed);
      continue;
    }
    const count = spec.trafficRouting ? 0 : Math.max(0, set.desired - spare);
    spare -= set.desired - count;
    const change = scaledTo(spec, next, set, count);
    next = change.state;
    scaled ||= change.scaled;
  }
  return { state: next, scaled };
}

/** The former stable while its delay lasts; undefined for what goes now. */
function delayedOther(
  spec: CanarySpec,
  state: RolloutState,
  set: ReplicaSetState,
  nowMs: number,
): ReplicaSetState | undefined {
  if (!isFullyPromoted(state) && set.scaleDownAtMs === undefined) return undefined;
  if (spec.dynamicStableScale) return undefined;
  if (set.scaleDownAtMs === undefined) return { ...set, scaleDownAtMs: nowMs + spec.scaleDownDelayMs };
  return nowMs < set.scaleDownAtMs ? set : undefined;
}

/** Whether traffic may still reach a version: by the status, by the weights or by a Service. */
function isReferenced(state: RolloutState, version: string): boolean {
  const { currentVersion, stableVersion, weights, services } = state;
  const weighted = [weights?.canaryVersion, weights?.stableVersion];
  return [currentVersion, stableVersion, ...weighted, services.canary, services.stable].includes(version);
}

function scaledTo(
  spec: CanarySpec,
  state: RolloutState,
  set: ReplicaSetState | undefined,
  count: number,
): Scaled {
  if (set === undefined || (set.desired === count && set.rolloutReplicas === spec.replicas)) {
    return { state, scaled: false };
  }
  const goes = count === 0 && !delaysCanary(spec, state);
  const changed = {
    ...set,
    desired: count,
    // Pods that are no longer wanted go at once, those that are not available first.
    available: Math.min(set.available, count),
    rolloutReplicas: spec.replicas,
    scaleDownAtMs: goes ? undefined : set.scaleDownAtMs,
  };
  return { state: withReplicaSet(state, changed), scaled: set.desired !== count };
}
