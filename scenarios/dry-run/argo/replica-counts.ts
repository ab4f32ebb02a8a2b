import { basicCanaryReplicas } from './basic-canary.ts';
import { canaryScaleAt, weightAt, type CanarySpec } from './canary-spec.ts';
import {
  canaryOf,
  othersOf,
  stableOf,
  type ReplicaSetState,
  type RolloutState,
  type RouterWeights,
} from './rollout-state.ts';

/** Replicas that the canary and stable are to have next. */
export interface WantedReplicas {
  readonly canary: number;
  readonly stable: number;
}

/** The weight that is in force: 0 after an abort, 100 past the last step or without steps (delivery 7). */
export function currentWeight(spec: CanarySpec, state: RolloutState): number {
  return state.abort ? 0 : weightAt(spec, state.stepIndex ?? 0);
}

/** The canary's share: a number of replicas, or a weight. */
function canaryShare(
  spec: CanarySpec,
  state: RolloutState,
): { readonly replicas: number | undefined; readonly weight: number } {
  const { currentVersion, stableVersion } = state;
  if (state.promoteFull || stableVersion === undefined || currentVersion === stableVersion) {
    return { replicas: undefined, weight: 100 };
  }
  const keepsCanary = spec.abortScaleDownDelayMs === 0;
  const scale = state.abort && !keepsCanary ? undefined : canaryScaleAt(spec, state.stepIndex ?? 0);
  if (scale?.replicas !== undefined) return { replicas: scale.replicas, weight: 0 };
  return { replicas: undefined, weight: scale?.weight ?? currentWeight(spec, state) };
}

function shareOf(spec: CanarySpec, weight: number): number {
  return Math.ceil((weight * spec.replicas) / 100);
}

/**
 * With a router (delivery 10): the canary has its share, rounded up, and stable all replicas; with a dynamic stable
 * scale stable has what the weight leaves to it, and neither shrinks before its traffic has gone.
 */
export function routedReplicas(
  spec: CanarySpec,
  state: RolloutState,
  weights: RouterWeights | undefined,
): WantedReplicas {
  const share = canaryShare(spec, state);
  const canary = share.replicas ?? shareOf(spec, share.weight);
  if (!spec.dynamicStableScale) return { canary, stable: spec.replicas };
  const stable = shareOf(spec, 100 - share.weight);
  if (weights === undefined) return { canary, stable };
  return {
    canary: state.abort ? Math.max(canary, shareOf(spec, weights.canary)) : canary,
    stable: Math.max(stable, shareOf(spec, 100 - weights.canary)),
  };
}

/** Without a router: the next step towards the wanted counts, within surge and unavailability (delivery 11, 12). */
export function basicReplicas(spec: CanarySpec, state: RolloutState): WantedReplicas {
  const canary = canaryOf(state);
  const stable = stableOf(state);
  const others = othersOf(state);
  const separate = stable !== undefined && stable.version !== state.version;
  const target = separate
    ? basicCanaryReplicas(spec.replicas, canaryShare(spec, state).weight, spec.maxSurge)
    : { canary: spec.replicas, stable: 0 };
  const canaryNow = canary?.desired ?? 0;
  const stableNow = separate ? stable.desired : 0;
  const most = spec.replicas + spec.maxSurge;
  const othersNow = others.reduce((sum, { desired }) => sum + desired, 0);

  let room = most - canaryNow - stableNow - othersNow;
  let nextStable = stableNow;
  if (stableNow < target.stable && room > 0) {
    nextStable = Math.min(target.stable, stableNow + room);
    room -= nextStable - stableNow;
  }
  const nextCanary =
    canaryNow < target.canary && room > 0 ? Math.min(target.canary, canaryNow + room) : canaryNow;
  // Older versions go before anything else shrinks.
  if (othersNow > 0) return { canary: nextCanary, stable: nextStable };

  const grows = target.canary >= canaryNow;
  const least = spec.replicas - spec.maxUnavailable;
  const counted = countForScaleDown(canary, !grows) + countForScaleDown(stable, grows);
  if (counted <= least) return { canary: nextCanary, stable: nextStable };
  const spare = counted - least;
  if (!grows) {
    const shrunk = canaryNow > target.canary ? Math.max(target.canary, canaryNow - spare) : nextCanary;
    const [drained, other] = withinLimits(canary, shrunk, stable, nextStable, most, least);
    return { canary: drained, stable: other };
  }
  if (!separate) return { canary: nextCanary, stable: nextStable };
  const shrunk = stableNow > target.stable ? Math.max(target.stable, stableNow - spare) : nextStable;
  const [drained, other] = withinLimits(stable, shrunk, canary, nextCanary, most, least);
  return { canary: other, stable: drained };
}

/** Pods that count when others are to go: the available ones, or all where their availability does not matter. */
function countForScaleDown(set: ReplicaSetState | undefined, ignoresAvailability: boolean): number {
  if (set === undefined) return 0;
  return ignoresAvailability ? set.desired : Math.min(set.desired, set.available);
}

/** Brings both counts below the most pods that may exist, without losing available pods that are needed. */
function withinLimits(
  draining: ReplicaSetState | undefined,
  drainingCount: number,
  kept: ReplicaSetState | undefined,
  keptCount: number,
  most: number,
  least: number,
): readonly [draining: number, kept: number] {
  if (kept === undefined) return [drainingCount, keptCount];
  const over = Math.max(0, keptCount + drainingCount - most);
  const lowered = keptCount - over;
  const available = Math.min(draining?.available ?? 0, drainingCount) + Math.min(kept.available, lowered);
  const lost = Math.max(0, kept.available - lowered);
  const restored = lowered + Math.min(lost, Math.max(0, least - available));
  return [drainingCount - Math.max(0, restored + drainingCount - most), restored];
}

/** Whether canary and stable have what the step wants: the canary available, stable only created (delivery 6). */
export function atWantedReplicas(
  spec: CanarySpec,
  state: RolloutState,
  weights: RouterWeights | undefined,
): boolean {
  const canary = canaryOf(state);
  const stable = stableOf(state);
  const wanted = spec.trafficRouting ? routedReplicas(spec, state, weights) : basicReplicas(spec, state);
  if (canary === undefined || canary.desired !== wanted.canary || canary.available !== wanted.canary)
    return false;
  if (!(spec.trafficRouting && spec.dynamicStableScale) && stable?.desired !== wanted.stable) return false;
  return spec.trafficRouting || othersOf(state).every(({ available }) => available === 0);
}
