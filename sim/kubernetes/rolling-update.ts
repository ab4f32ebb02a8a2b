/** A number of pods, or a share of the replicas wanted. */
export type CountOrPercent = number | `${number}%`;

export interface Fenceposts {
  /** Pods above the replicas wanted; percentages are rounded up. */
  readonly surge: number;
  /** Pods that may be missing; percentages are rounded down. */
  readonly unavailable: number;
}

/** Turns the two settings into pods. Both zero would never move: then one may be unavailable (delivery 65). */
export function resolveFenceposts(
  maxSurge: CountOrPercent,
  maxUnavailable: CountOrPercent,
  replicas: number,
): Fenceposts {
  const surge = resolveCount(maxSurge, replicas, Math.ceil);
  const unavailable = resolveCount(maxUnavailable, replicas, Math.floor);
  if (surge === 0 && unavailable === 0) return { surge, unavailable: Math.min(1, replicas) };
  return { surge, unavailable: Math.min(unavailable, replicas) };
}

/** Pods for a count or a percentage of `total`; throws a `RangeError` for what is neither. */
export function resolveCount(
  value: CountOrPercent,
  total: number,
  rounding: (exact: number) => number,
): number {
  const resolved = typeof value === 'number' ? value : rounding((Number(value.slice(0, -1)) * total) / 100);
  if (!Number.isInteger(resolved) || resolved < 0) {
    throw new RangeError(`${value} is neither a count of pods nor a percentage`);
  }
  return resolved;
}

/** What a Deployment's controller knows of one ReplicaSet. Terminating pods are counted nowhere (delivery 66). */
export interface ReplicaSetSize {
  /** Pods asked for. */
  readonly replicas: number;
  /** Pods that are ready. */
  readonly available: number;
}

/** New size of the new ReplicaSet: as far as the surge allows, never above what is wanted (delivery 66). */
export function sizeOfNew(
  desired: number,
  surge: number,
  fresh: ReplicaSetSize,
  old: readonly ReplicaSetSize[],
): number {
  if (fresh.replicas >= desired) return desired;
  const total = old.reduce((sum, set) => sum + set.replicas, fresh.replicas);
  const room = desired + surge - total;
  return room <= 0 ? fresh.replicas : fresh.replicas + Math.min(room, desired - fresh.replicas);
}

/**
 * New sizes of the old ReplicaSets, oldest first: unhealthy pods go first, then healthy ones as far as enough stay
 * available (delivery 66).
 */
export function sizesOfOld(
  desired: number,
  unavailable: number,
  fresh: ReplicaSetSize,
  old: readonly ReplicaSetSize[],
): number[] {
  const sizes = old.map((set) => set.replicas);
  const oldPods = sizes.reduce((sum, size) => sum + size, 0);
  const minimum = desired - unavailable;
  const removable = oldPods + fresh.replicas - minimum - (fresh.replicas - fresh.available);
  if (oldPods === 0 || removable <= 0) return sizes;
  let unhealthyRoom = removable;
  for (const [index, set] of old.entries()) {
    const unhealthy = Math.min(unhealthyRoom, Math.max(0, set.replicas - set.available));
    sizes[index] = set.replicas - unhealthy;
    unhealthyRoom -= unhealthy;
  }
  const available = old.reduce((sum, set) => sum + set.available, fresh.available);
  let healthyRoom = available - minimum;
  for (const [index, size] of sizes.entries()) {
    if (healthyRoom <= 0) break;
    const removed = Math.min(size, healthyRoom);
    sizes[index] = size - removed;
    healthyRoom -= removed;
  }
  return sizes;
}

/** A ReplicaSet in the middle of a rollout whose Deployment is resized. */
export interface ResizedSet {
  readonly replicas: number;
  /** Replicas wanted and surge together when the set was last sized. */
  readonly knownMaximum: number;
  /** Position by creation. */
  readonly created: number;
}

/** Pods that the active sets have too few (above 0) or too many (below) for a new size of the Deployment. */
function podsToAdd(desired: number, surge: number, sets: readonly ResizedSet[]): number {
  return (desired > 0 ? desired + surge : 0) - sets.reduce((sum, set) => sum + set.replicas, 0);
}

/** The order in which active sets are resized: the largest first, of equals the newest when growing, else the oldest. */
export function inResizingOrder<S extends ResizedSet>(
  desired: number,
  surge: number,
  sets: readonly S[],
): readonly S[] {
  const toAdd = podsToAdd(desired, surge, sets);
  if (toAdd === 0) return sets;
  return sets.toSorted(
    (left, right) =>
      right.replicas - left.replicas ||
      (toAdd > 0 ? right.created - left.created : left.created - right.created),
  );
}

/**
 * Spreads a new size of the Deployment over its active ReplicaSets, given `inResizingOrder`, in proportion; what
 * rounding leaves goes to the first (delivery 67).
 */
export function proportionalSizes(desired: number, surge: number, sets: readonly ResizedSet[]): number[] {
  const toAdd = podsToAdd(desired, surge, sets);
  let added = 0;
  const sizes = sets.map((set) => {
    if (toAdd === added || set.replicas === 0) return set.replicas;
    const share =
      desired === 0
        ? -set.replicas
        : roundHalfAway((set.replicas * (desired + surge)) / set.knownMaximum) - set.replicas;
    const change = toAdd > 0 ? Math.min(share, toAdd - added) : Math.max(share, toAdd - added);
    added += change;
    return set.replicas + change;
  });
  if (toAdd !== 0 && sizes[0] !== undefined) sizes[0] = Math.max(0, sizes[0] + toAdd - added);
  return sizes;
}

function roundHalfAway(value: number): number {
  return Math.sign(value) * Math.round(Math.abs(value));
}
