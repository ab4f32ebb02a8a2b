import { previousWeightAt, type CanarySpec } from './canary-spec.ts';
import { experimentWeights } from './experiments.ts';
import { atWantedReplicas, currentWeight } from './replica-counts.ts';
import {
  canaryOf,
  isFullyPromoted,
  stableOf,
  type ReplicaSetState,
  type RolloutState,
  type RouterWeights,
  type ServiceTargets,
} from './rollout-state.ts';

/**
 * What the Services select after a reconcile: a version with at least one available pod, all of them the first time.
 * After an abort the canary's Service selects stable.
 */
export function reconciledServices(spec: CanarySpec, state: RolloutState): ServiceTargets {
  if (!spec.trafficRouting) return state.services;
  const stable = switched(state.services.stable, stableOf(state));
  if (state.abort && retreatWeight(spec, state) === 0) return { stable, canary: state.stableVersion };
  if (isRollingBackDynamically(spec, state)) return { ...state.services, stable };
  return { stable, canary: switched(state.services.canary, canaryOf(state)) };
}

function switched(current: string | undefined, set: ReplicaSetState | undefined): string | undefined {
  const enough = current === undefined ? set?.desired : 1;
  return set !== undefined && set.available > 0 && set.available >= (enough ?? 1) ? set.version : current;
}

/** The router's weights after a reconcile; those of before where stable could not carry the rest (delivery 7–9). */
export function reconciledWeights(spec: CanarySpec, state: RolloutState): RouterWeights | undefined {
  if (!spec.trafficRouting) return undefined;
  const { canary, canaryVersion } = wantedWeight(spec, state);
  const needed = Math.floor(((100 - canary) * spec.replicas) / 100);
  const stable = stableOf(state);
  if (stable === undefined || stable.available < needed) return state.weights;
  const experiments = mayCarryExperiments(spec, state) ? experimentWeights(spec, state) : [];
  return { canary, canaryVersion, stableVersion: state.stableVersion, experiments };
}

/** On the way back, after the promotion and in a full promotion an experiment gets nothing. */
function mayCarryExperiments(spec: CanarySpec, state: RolloutState): boolean {
  if (isRollingBackDynamically(spec, state) || isFullyPromoted(state) || state.abort) return false;
  return !state.promoteFull || (canaryOf(state)?.available ?? 0) === 0;
}

function wantedWeight(
  spec: CanarySpec,
  state: RolloutState,
): { readonly canary: number; readonly canaryVersion: string } {
  const canaryVersion = state.version;
  const from = state.weights?.canaryVersion;
  if (from !== undefined && isRollingBackDynamically(spec, state)) {
    // Traffic lies between the version before and stable, which is the version that is wanted now.
    return { canary: retreatWeight(spec, state), canaryVersion: from };
  }
  return { canary: forwardWeight(spec, state), canaryVersion };
}

function forwardWeight(spec: CanarySpec, state: RolloutState): number {
  const canary = canaryOf(state);
  if (isFullyPromoted(state)) return 0;
  if (state.abort) return retreatWeight(spec, state);
  if (canary === undefined || canary.available === 0) return 0;
  if (state.promoteFull) {
    if (spec.dynamicStableScale) return Math.floor((100 * canary.available) / spec.replicas);
    return state.weights?.canary ?? 0;
  }
  if (state.stepIndex === undefined) return 0;
  return atWantedReplicas(spec, state, undefined)
    ? currentWeight(spec, state)
    : previousWeightAt(spec, state.stepIndex);
}

/** Back to stable in the middle of an update: the versions agree already, the traffic does not. */
function isRollingBackDynamically(spec: CanarySpec, state: RolloutState): boolean {
  return (
    spec.dynamicStableScale &&
    isFullyPromoted(state) &&
    state.weights?.canaryVersion !== state.version &&
    (canaryOf(state)?.available ?? 0) < spec.replicas
  );
}

/** The canary's weight on the way back: none, but with a dynamic stable scale what stable cannot carry yet. */
function retreatWeight(spec: CanarySpec, state: RolloutState): number {
  if (!spec.dynamicStableScale) return 0;
  const carried = Math.floor((100 * (stableOf(state)?.available ?? 0)) / spec.replicas);
  return Math.min(Math.max(0, 100 - carried), state.weights?.canary ?? 100);
}
