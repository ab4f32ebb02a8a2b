/** Pods of both versions of a canary without traffic routing. */
export interface BasicCanaryReplicas {
  readonly canary: number;
  readonly stable: number;
}

/**
 * Canary and stable replicas of a canary without traffic routing (delivery 12, vectors 1L): of the share of the
 * weight, rounded up and down, the one that comes nearest to it, with surge also out of one pod more. For 1–99 % both
 * versions have at least one pod, unless there is but one pod and no surge. Where two are as near the larger canary.
 * As in the controller, a share half a pod below all of them leaves no choice without surge: all pods are stable ones.
 */
export function basicCanaryReplicas(replicas: number, weight: number, maxSurge: number): BasicCanaryReplicas {
  if (replicas === 0) return { canary: 0, stable: 0 };
  const up = Math.ceil((replicas * weight) / 100);
  const down = Math.floor((replicas * weight) / 100);
  const mayBeEmpty = weight <= 0 || weight >= 100 || (replicas === 1 && maxSurge === 0);
  const options: { readonly canary: number; readonly total: number }[] = [];
  if (up < replicas || mayBeEmpty) options.push({ canary: up, total: replicas });
  const downCounts = down > 0 || mayBeEmpty;
  if (downCounts && !isHalf(replicas, weight)) options.push({ canary: down, total: replicas });
  if (maxSurge > 0) {
    options.push({ canary: up, total: replicas + 1 });
    if (downCounts && !isHalf(replicas + 1, weight)) options.push({ canary: down, total: replicas + 1 });
  }
  let best = { canary: 0, total: replicas };
  let nearest = Infinity;
  for (const option of options) {
    const distance = Math.abs((option.canary * 100) / option.total - weight);
    if (distance < nearest) [best, nearest] = [option, distance];
  }
  return { canary: best.canary, stable: best.total - best.canary };
}

/** Whether rounding up and down are as far from the share. */
function isHalf(total: number, weight: number): boolean {
  return (total * (weight / 100)) % 1 === 0.5;
}
