/** Counts of one histogram, summed over its series: cumulative, by upper bound. */
export type Buckets = ReadonlyMap<number, number>;

/** Relative differences below are taken for rounding. */
const smallDelta = 1e-12;

/**
 * `histogram_quantile` over classic buckets, as Prometheus 3 computes it (delivery 92). NaN without a bucket of +Inf,
 * with fewer than two buckets or without observations. A rank in the bucket of +Inf gives the highest finite bound.
 */
export function bucketQuantile(quantile: number, buckets: Buckets): number {
  if (Number.isNaN(quantile)) return NaN;
  if (quantile < 0) return -Infinity;
  if (quantile > 1) return Infinity;
  const bounds = [...buckets.keys()].sort((left, right) => left - right);
  if (bounds.at(-1) !== Infinity || bounds.length < 2) return NaN;
  const counts = monotonic(bounds.map((bound) => buckets.get(bound) ?? 0));
  const last = counts.length - 1;
  const observations = counts[last] as number;
  if (observations === 0) return NaN;
  const rank = quantile * observations;
  const found = counts.findIndex((count) => count >= rank);
  if (found === last || found < 0) return bounds[last - 1] as number;
  const upper = bounds[found] as number;
  if (found === 0 && upper <= 0) return upper;
  const lower = found === 0 ? 0 : (bounds[found - 1] as number);
  const before = found === 0 ? 0 : (counts[found - 1] as number);
  return lower + ((upper - lower) * (rank - before)) / ((counts[found] as number) - before);
}

/** Rates of buckets scraped apart may go down from one bucket to the next, or differ by rounding: both are levelled. */
function monotonic(counts: number[]): number[] {
  let previous = counts[0] ?? 0;
  for (let index = 1; index < counts.length; index++) {
    const count = counts[index] as number;
    if (count < previous || nearlyEqual(count, previous)) counts[index] = previous;
    else previous = count;
  }
  return counts;
}

function nearlyEqual(left: number, right: number): boolean {
  return Math.abs(left - right) < smallDelta * (Math.abs(left) + Math.abs(right));
}
