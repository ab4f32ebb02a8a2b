import { computeUChart, type UChart, type UChartIdentity } from '../../system/charts/uchart.ts';
import type { Series } from '../../system/charts/series.ts';
import { durationUsOf, type ContextPlan } from './workload.ts';

/** The U-chart of a context from the tool's own readings: what a run without any fault computes. */
export function chartOf(
  identity: Omit<UChartIdentity, 'endUs' | 'recipe'>,
  plan: ContextPlan,
  values: Float64Array,
): UChart {
  const { svids, sampleCount, samplePeriodUs, recipe } = plan;
  const timesUs = new Float64Array(sampleCount);
  for (let index = 0; index < sampleCount; index++)
    timesUs[index] = identity.startUs + index * samplePeriodUs;
  const series: Series[] = svids.map((svid, column) => ({
    svid,
    timesUs,
    values: values.subarray(column * sampleCount, (column + 1) * sampleCount),
  }));
  return computeUChart({ ...identity, recipe, endUs: identity.startUs + durationUsOf(plan), series });
}

/** All readings of a plan at once, in the pieces that a tool would collect. */
export function readingsOf(plan: ContextPlan, samplesAtOnce: number): Float64Array {
  const values = new Float64Array(plan.svids.length * plan.sampleCount);
  for (let from = 0; from < plan.sampleCount; from += samplesAtOnce) {
    plan.fill(values, from, Math.min(plan.sampleCount, from + samplesAtOnce));
  }
  return values;
}
