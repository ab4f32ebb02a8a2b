import {
  Autoscaling,
  controllerRules,
  type AutoscalingTimes,
  type ObservedPod,
} from '../../../sim/kubernetes/index.ts';
import type { AutoscalerPlan } from './autoscaler-plan.ts';
import { requestMilli } from './autoscaler-plan.ts';
import type { Mutation } from './mutation.ts';
import { comparisonTimes } from './times.ts';

/** A pod as the autoscaler found it; times are milliseconds since the first round. */
export interface RecordedPod {
  /** So many alike. */
  readonly count: number;
  readonly usageMilli?: number;
  readonly running: boolean;
  readonly ready: boolean;
  readonly readyChangedMs: number;
  readonly startedMs: number;
}

/** One round of the real autoscaler: what it found, and what it wanted. */
export interface AutoscalerRound {
  readonly timeMs: number;
  readonly current: number;
  readonly pods: readonly RecordedPod[];
  readonly desired: number;
}

export interface AutoscalerRecord {
  readonly id: string;
  readonly plan: Omit<AutoscalerPlan, 'loads'>;
  readonly rounds: readonly AutoscalerRound[];
}

export const comparedTimes: AutoscalingTimes = {
  cpuInitializationMs: comparisonTimes.cpuInitializationSeconds * 1000,
  initialReadinessMs: comparisonTimes.initialReadinessSeconds * 1000,
  downscaleStabilizationMs: comparisonTimes.downscaleStabilizationSeconds * 1000,
  metricWindowMs: 1_000,
};

/** What the model wants in each round. */
export function replay({ plan, rounds }: AutoscalerRecord, mutation: Mutation = {}): readonly number[] {
  const autoscaling = new Autoscaling(
    plan,
    { ...comparedTimes, ...mutation.times },
    { ...controllerRules, ...mutation.rules },
  );
  return rounds.map(({ timeMs, current, pods }) =>
    autoscaling.decide(timeMs, current, pods.flatMap(observed)),
  );
}

function observed({ count, usageMilli, ...pod }: RecordedPod): readonly ObservedPod[] {
  return Array<ObservedPod>(count).fill({ ...pod, usageMilli, requestMilli });
}
