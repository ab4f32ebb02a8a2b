import { computeStatistics } from './compute-statistics.ts';
import { mergeSeries } from './series.ts';
import type { Series } from './series.ts';
import { sharedSvids } from './shared-svids.ts';
import { statisticCount } from './statistics.ts';
import type { SvidCharts } from './statistics.ts';
import { StepCharts, stepPlanOf } from './steps.ts';
import type { StepChart } from './steps.ts';
import { usablePoints } from './usable-points.ts';

export { decodeUChart, encodeUChart } from './uchart-blob.ts';
export { uchartDigest } from './uchart-digest.ts';

/** Which context a U-chart is about. Its history is the earlier contexts of the same unit and recipe (PRODUCT.md, history). */
export interface UChartIdentity {
  readonly contextId: string;
  /** Tool, or tool and chamber. */
  readonly unit: string;
  readonly recipe: string;
  /** Place of the context in the unit's own order; a non-negative safe integer. */
  readonly contextSequence: number;
  /** Start and end of the context by the tool's clock, integer microseconds since the epoch. */
  readonly startUs: number;
  readonly endUs: number;
  /** End of the unit's last maintenance by the tool's clock; absent where none is known. What came before is no history of it. */
  readonly maintainedUs?: number | undefined;
}

/** The statistical result of one context (`delivery R25`). */
export interface UChart extends UChartIdentity, SvidCharts {
  /** In the order of their first visits; absent where no steps are given. */
  readonly steps?: readonly StepChart[];
}

/** What a U-chart is computed from. */
export interface UChartInput extends UChartIdentity {
  readonly series: readonly Series[];
  /** The SVID that tells the recipe's step; absent: no steps. */
  readonly stepSvid?: number | undefined;
}

/**
 * Computes the U-chart of one context from its T-chart, or from its chunks as they are: order of series and points, and
 * repeated delivery of points, change nothing. See `statisticNames` for what each statistic means and for flagged,
 * conflicting and missing points. Never throws.
 */
export function computeUChart(input: UChartInput): UChart {
  const { contextId, unit, recipe, contextSequence, startUs, endUs, maintainedUs, stepSvid } = input;
  const series = hasRisingSvids(input.series) ? input.series : mergeSeries(input.series);
  const svids = sharedSvids(series.map(({ svid }) => svid));
  const statistics = new Float64Array(series.length * statisticCount);
  const plan = stepSvid === undefined ? undefined : stepPlanOf(series, stepSvid, endUs);
  const stepCharts = plan === undefined ? undefined : new StepCharts(plan);
  for (const [index, one] of series.entries()) {
    const points = usablePoints(one);
    const row = statistics.subarray(index * statisticCount, (index + 1) * statisticCount);
    computeStatistics(points, startUs, endUs, row);
    stepCharts?.add(one.svid, points);
  }
  const chart: UChart = { contextId, unit, recipe, contextSequence, startUs, endUs, svids, statistics };
  if (maintainedUs === undefined && stepCharts === undefined) return chart;
  return {
    ...chart,
    ...(maintainedUs === undefined ? {} : { maintainedUs }),
    ...(stepCharts === undefined ? {} : { steps: stepCharts.finish() }),
  };
}

function hasRisingSvids(series: readonly Series[]): boolean {
  let previous = Number.NEGATIVE_INFINITY;
  for (const { svid } of series) {
    if (!(svid > previous)) return false;
    previous = svid;
  }
  return true;
}
