import { computeStatistics } from './compute-statistics.ts';
import { mergeSeries } from './series.ts';
import type { Series } from './series.ts';
import { statisticNames } from './statistics.ts';
import type { SvidChart } from './statistics.ts';
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
}

/** The statistical result of one context (`delivery R25`): SVIDs ascending, each once. */
export interface UChart extends UChartIdentity {
  readonly charts: readonly SvidChart[];
}

/**
 * Computes the U-chart of one context from its T-chart, or from its chunks as they are: order of series and points, and
 * repeated delivery of points, change nothing. See {@link SvidChart} for what each statistic means and for flagged,
 * conflicting and missing points. Never throws.
 */
export function computeUChart(input: UChartIdentity & { readonly series: readonly Series[] }): UChart {
  const { contextId, unit, recipe, contextSequence, startUs, endUs } = input;
  const series = hasRisingSvids(input.series) ? input.series : mergeSeries(input.series);
  const charts: SvidChart[] = [];
  // One buffer for all SVIDs: one each would cost more than the statistics in it.
  const block = new Float64Array(series.length * statisticNames.length);
  for (const [index, one] of series.entries()) {
    const statistics = block.subarray(index * statisticNames.length, (index + 1) * statisticNames.length);
    computeStatistics(usablePoints(one), startUs, endUs, statistics);
    charts.push({ svid: one.svid, statistics });
  }
  return { contextId, unit, recipe, contextSequence, startUs, endUs, charts };
}

function hasRisingSvids(series: readonly Series[]): boolean {
  let previous = Number.NEGATIVE_INFINITY;
  for (const { svid } of series) {
    if (!(svid > previous)) return false;
    previous = svid;
  }
  return true;
}
