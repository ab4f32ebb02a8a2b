/** Pods of both versions of a canary without traffic routing. */
export interface BasicCanaryReplicas {
  readonly canary: number;
  readonly stable: number;
}

/**
 * Canary and stable replicas of a canary without traffic routing (delivery 12, vectors 1L): of the counts near the
 * wanted weight the one whose share is nearest, at least one of each for 1–99 %, the larger canary where two are as
 * near. With surge one more pod than `replicas` may exist.
 */
export function basicCanaryReplicas(replicas: number, weight: number, maxSurge: number): BasicCanaryReplicas {
  if (weight <= 0) return { canary: 0, stable: replicas };
  if (weight >= 100) return { canary: replicas, stable: 0 };
  let best = { canary: 0, stable: 0, distance: Infinity };
  for (const total of maxSurge > 0 ? [replicas, replicas + 1] : [replicas]) {
    for (const wanted of [Math.ceil((total * weight) / 100), Math.floor((total * weight) / 100)]) {
      const canary = Math.min(Math.max(1, wanted), total > 1 ? total - 1 : total);
      const distance = Math.abs((100 * canary) / total - weight);
      const better = distance < best.distance || (distance === best.distance && canary > best.canary);
      if (better) best = { canary, stable: total - canary, distance };
    }
  }
  return { canary: best.canary, stable: best.stable };
}
