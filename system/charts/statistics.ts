/**
 * The statistics of one SVID over one context, in the order in which they are kept. Units: `value` is the sensor's own.
 *
 * | statistic | unit | meaning |
 * |---|---|---|
 * | `count` | points | instants with a usable value |
 * | `flaggedCount` | points | instants whose only values are NaN, infinite or beyond ±1e100; left out of everything else |
 * | `conflictCount` | points | instants for which different values were reported; the largest usable one counts |
 * | `missingShare` | share 0…1 | instants missing from an even spacing (the median gap), of all expected in the context |
 * | `mean`, `deviation` | value | arithmetic mean; sample standard deviation (n - 1) |
 * | `min`, `max`, `median`, `range` | value | of the usable values |
 * | `slope` | value per second | least squares |
 * | `area` | value × seconds | trapezoid rule over the instants present |
 * | `segmentMean1…4`, `segmentDeviation1…4` | value | the same over each quarter of the context's time |
 * | `stepUp`, `stepDown` | value | largest rise and largest fall between neighbouring instants, both ≥ 0 |
 *
 * What the points do not define (the deviation of one point, the mean of an empty segment) is NaN. There is no -0.
 */
export const statisticNames = [
  'count',
  'flaggedCount',
  'conflictCount',
  'missingShare',
  'mean',
  'deviation',
  'min',
  'max',
  'median',
  'range',
  'slope',
  'area',
  'segmentMean1',
  'segmentMean2',
  'segmentMean3',
  'segmentMean4',
  'segmentDeviation1',
  'segmentDeviation2',
  'segmentDeviation3',
  'segmentDeviation4',
  'stepUp',
  'stepDown',
] as const;

export type StatisticName = (typeof statisticNames)[number];

/** The place of each statistic in a row of {@link SvidCharts.statistics}. */
export const statisticIndex: Readonly<Record<StatisticName, number>> = {
  count: 0,
  flaggedCount: 1,
  conflictCount: 2,
  missingShare: 3,
  mean: 4,
  deviation: 5,
  min: 6,
  max: 7,
  median: 8,
  range: 9,
  slope: 10,
  area: 11,
  segmentMean1: 12,
  segmentMean2: 13,
  segmentMean3: 14,
  segmentMean4: 15,
  segmentDeviation1: 16,
  segmentDeviation2: 17,
  segmentDeviation3: 18,
  segmentDeviation4: 19,
  stepUp: 20,
  stepDown: 21,
};

/** How many statistics each SVID has. */
export const statisticCount = statisticNames.length;

/**
 * The statistics of several SVIDs. Many are kept in memory, so it is two flat lists: the SVIDs, ascending, each once, and
 * row-major one row of {@link statisticCount} statistics for each.
 */
export interface SvidCharts {
  readonly svids: readonly number[];
  readonly statistics: Float64Array;
}

/** Where the statistics of an SVID begin in `statistics`; -1 where there is none of it. */
export function rowOf({ svids }: SvidCharts, svid: number): number {
  let low = 0;
  let high = svids.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((svids[middle] ?? 0) < svid) low = middle + 1;
    else high = middle;
  }
  return svids[low] === svid ? low * statisticCount : -1;
}

/** One statistic of one SVID; NaN where it is not defined. */
export function statisticOf(charts: SvidCharts, svid: number, name: StatisticName): number {
  const row = rowOf(charts, svid);
  return row < 0 ? Number.NaN : (charts.statistics[row + statisticIndex[name]] ?? Number.NaN);
}
