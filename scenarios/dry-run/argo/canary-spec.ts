import type { AnalysisMetricSpec } from './analysis-run.ts';

/** One step of a canary. */
export type CanaryStepSpec =
  | { readonly kind: 'setWeight'; readonly weight: number }
  /** No duration: until it is promoted. */
  | { readonly kind: 'pause'; readonly durationMs: number | undefined }
  | {
      readonly kind: 'setCanaryScale';
      readonly replicas: number | undefined;
      readonly weight: number | undefined;
      readonly matchTrafficWeight: boolean;
    }
  | { readonly kind: 'analysis'; readonly metrics: readonly AnalysisMetricSpec[] }
  /** Header and mirror routes are true at once and never verified (delivery 5). */
  | { readonly kind: 'route' };

/** A Rollout with the canary strategy, as far as the controller's decisions depend on it. */
export interface CanarySpec {
  readonly replicas: number;
  readonly trafficRouting: boolean;
  readonly steps: readonly CanaryStepSpec[];
  readonly background:
    { readonly startingStep: number; readonly metrics: readonly AnalysisMetricSpec[] } | undefined;
  /** 0 keeps the canary for ever. */
  readonly abortScaleDownDelayMs: number;
  readonly maxSurge: number;
  readonly maxUnavailable: number;
  readonly progressDeadlineMs: number;
  readonly progressDeadlineAbort: boolean;
}

/** Defaults of the controller (delivery 1). */
export const rolloutDefaults = {
  replicas: 1,
  maxSurge: '25%',
  maxUnavailable: '25%',
  abortScaleDownDelayMs: 30_000,
  progressDeadlineMs: 600_000,
} as const;

/** Weight by the last `setWeight` at or before a step; 0 where there is none, 100 past the last step (delivery 7). */
export function weightAt(spec: CanarySpec, stepIndex: number): number {
  if (stepIndex >= spec.steps.length) return 100;
  for (let index = stepIndex; index >= 0; index--) {
    const step = spec.steps[index];
    if (step?.kind === 'setWeight') return step.weight;
  }
  return 0;
}

/** Weight before the one in force: what is applied while the canary has not its replicas yet (delivery 7). */
export function previousWeightAt(spec: CanarySpec, stepIndex: number): number {
  let current = Math.min(stepIndex, spec.steps.length - 1);
  if (stepIndex < spec.steps.length) {
    while (current >= 0 && spec.steps[current]?.kind !== 'setWeight') current--;
    current--;
  }
  return current < 0 ? 0 : weightAt(spec, current);
}

/**
 * Replicas of the canary with traffic routing (delivery 10): those of the last `setCanaryScale`, which stays in force
 * for later weights until one says `matchTrafficWeight`, else the share of the weight, rounded up.
 */
export function routedCanaryReplicas(spec: CanarySpec, stepIndex: number): number {
  const share = (weight: number): number => Math.ceil((weight * spec.replicas) / 100);
  if (stepIndex >= spec.steps.length) return spec.replicas;
  for (let index = stepIndex; index >= 0; index--) {
    const step = spec.steps[index];
    if (step?.kind !== 'setCanaryScale') continue;
    if (step.matchTrafficWeight) break;
    if (step.replicas !== undefined) return step.replicas;
    if (step.weight !== undefined) return share(step.weight);
  }
  return share(weightAt(spec, stepIndex));
}
