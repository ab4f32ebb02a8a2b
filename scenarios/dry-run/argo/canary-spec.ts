import type { AnalysisMetricSpec } from './analysis-run.ts';
import type { ExperimentSpec } from './experiment-state.ts';

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
  | { readonly kind: 'experiment'; readonly experiment: ExperimentSpec }
  /** Header and mirror routes are true at once and never verified (delivery 5). */
  | { readonly kind: 'route' };

/** A Rollout with the canary strategy, as far as the controller's decisions depend on it. */
export interface CanarySpec {
  readonly replicas: number;
  readonly trafficRouting: boolean;
  readonly steps: readonly CanaryStepSpec[];
  readonly background:
    { readonly startingStep: number; readonly metrics: readonly AnalysisMetricSpec[] } | undefined;
  /** Stable shrinks as the canary grows; with a router only. */
  readonly dynamicStableScale: boolean;
  /** 0 keeps the canary for ever; undefined for 30 s, or with a dynamic stable scale for none (delivery 17). */
  readonly abortScaleDownDelayMs: number | undefined;
  /** How long the former stable stays after a promotion; with a router only. */
  readonly scaleDownDelayMs: number;
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
  scaleDownDelayMs: 30_000,
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

/** The last weight before a step: what is applied while the canary has not its replicas yet (delivery 7). */
export function previousWeightAt(spec: CanarySpec, stepIndex: number): number {
  const previous = spec.steps.slice(0, stepIndex).findLast((step) => step.kind === 'setWeight');
  return previous?.weight ?? 0;
}

/**
 * The `setCanaryScale` in force at a step: it stays for later weights until another one, or one that says
 * `matchTrafficWeight`, which ends it (delivery 10).
 */
export function canaryScaleAt(
  spec: CanarySpec,
  stepIndex: number,
): (CanaryStepSpec & { readonly kind: 'setCanaryScale' }) | undefined {
  if (!spec.trafficRouting || stepIndex >= spec.steps.length) return undefined;
  const last = spec.steps.slice(0, stepIndex + 1).findLast((step) => step.kind === 'setCanaryScale');
  return last?.matchTrafficWeight === true ? undefined : last;
}
