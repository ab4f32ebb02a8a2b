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
  return surge === 0 && unavailable === 0 ? { surge: 0, unavailable: 1 } : { surge, unavailable };
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
  /** Position by age; higher is newer. */
  readonly age: number;
}

/**
 * Spreads a new size of the Deployment over its active ReplicaSets in proportion; what rounding leaves goes to the
 * largest, among equals to the newest when growing and the oldest when shrinking (delivery 67).
 */
export function proportionalSizes(desired: number, surge: number, sets: readonly ResizedSet[]): number[] {
  const total = sets.reduce((sum, set) => sum + set.replicas, 0);
  const allowed = desired > 0 ? desired + surge : 0;
  const toAdd = allowed - total;
  const order = sets
    .map((set, index) => ({ set, index }))
    .sort(
      (left, right) =>
        right.set.replicas - left.set.replicas ||
        (toAdd > 0 ? right.set.age - left.set.age : left.set.age - right.set.age),
    );
  const sizes = sets.map((set) => set.replicas);
  let added = 0;
  for (const { set, index } of order) {
    if (toAdd === 0 || set.replicas === 0) continue;
    const share =
      desired === 0
        ? -set.replicas
        : roundHalfAway((set.replicas * (desired + surge)) / set.knownMaximum) - set.replicas;
    const change = toAdd > 0 ? Math.min(share, toAdd - added) : Math.max(share, toAdd - added);
    sizes[index] = set.replicas + change;
    added += change;
  }
  const largest = order[0];
  if (largest !== undefined && toAdd !== 0) {
    sizes[largest.index] = Math.max(0, (sizes[largest.index] ?? 0) + toAdd - added);
  }
  return sizes;
}

function roundHalfAway(value: number): number {
  return Math.sign(value) * Math.round(Math.abs(value));
}
