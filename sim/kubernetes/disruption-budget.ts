import { resolveCount, type CountOrPercent } from './rolling-update.ts';

/** PodDisruptionBudget of a Deployment; it limits evictions and nothing else (delivery 84, 85). */
export type DisruptionBudget =
  { readonly minAvailable: CountOrPercent } | { readonly maxUnavailable: CountOrPercent };

/** A budget as its status shows it. */
export interface BudgetStatus {
  readonly healthy: number;
  readonly needed: number;
  /** Evictions of ready pods that would be allowed now. */
  readonly allowed: number;
}

/** Ready pods that must stay; percentages of either kind are rounded up (delivery 84). */
export function desiredHealthy(budget: DisruptionBudget, replicas: number): number {
  if ('minAvailable' in budget) return resolveCount(budget.minAvailable, replicas, Math.ceil);
  return Math.max(0, replicas - resolveCount(budget.maxUnavailable, replicas, Math.ceil));
}

/**
 * Whether the eviction API lets a running pod go. A ready one needs a disruption that is still allowed; one that runs
 * and is not ready needs the budget to be met without it (`IfHealthyBudget`), so that it can block a drain (delivery 84).
 */
export function evictionAllowed(
  budget: DisruptionBudget,
  replicas: number,
  healthy: number,
  ready: boolean,
): boolean {
  const needed = desiredHealthy(budget, replicas);
  return healthy > needed || (!ready && needed > 0 && healthy >= needed);
}
