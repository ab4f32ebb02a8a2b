import type { Series } from './series.ts';

/** Beyond this a value is no reading of a sensor, and its square would leave the range of a double. */
const maxUsableMagnitude = 1e100;

/**
 * The points of one series that statistics are computed from: strictly rising times, usable values.
 * `timesUs` and `values` are scratch columns, valid in `[0, count)` until the next call.
 */
export interface UsablePoints {
  timesUs: Float64Array;
  values: Float64Array;
  count: number;
  flaggedCount: number;
  conflictCount: number;
}

const scratch: UsablePoints = {
  timesUs: new Float64Array(1024),
  values: new Float64Array(1024),
  count: 0,
  flaggedCount: 0,
  conflictCount: 0,
};

/**
 * Leaves out what is not a usable number and brings the rest into one value per instant: the largest usable one.
 * The rule depends on the set of points only, neither on their order nor on how often one was delivered, so that a
 * redelivered or reordered request changes no statistic (PRODUCT.md, history).
 */
export function usablePoints(series: Series): UsablePoints {
  const { timesUs, values } = series;
  const points = Math.min(timesUs.length, values.length);
  if (scratch.values.length < points) {
    scratch.timesUs = new Float64Array(2 * points);
    scratch.values = new Float64Array(2 * points);
  }
  scratch.count = 0;
  scratch.flaggedCount = 0;
  scratch.conflictCount = 0;
  let previousUs = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < points; i++) {
    const timeUs = timesUs[i] ?? 0;
    const value = values[i] ?? 0;
    if (!(timeUs > previousUs)) {
      collectUnordered(timesUs, values, points);
      return scratch;
    }
    previousUs = timeUs;
    if (Math.abs(value) <= maxUsableMagnitude) {
      scratch.timesUs[scratch.count] = timeUs;
      scratch.values[scratch.count] = value;
      scratch.count++;
    } else {
      scratch.flaggedCount++;
    }
  }
  return scratch;
}

function collectUnordered(timesUs: Float64Array, values: Float64Array, points: number): void {
  const order = Uint32Array.from({ length: points }, (_point, index) => index).sort(
    (a, b) => (timesUs[a] ?? 0) - (timesUs[b] ?? 0),
  );
  scratch.count = 0;
  scratch.flaggedCount = 0;
  let from = 0;
  while (from < points) {
    const timeUs = timesUs[order[from] ?? 0] ?? 0;
    let until = from;
    let largest = Number.NEGATIVE_INFINITY;
    let smallest = Number.POSITIVE_INFINITY;
    let unusable = false;
    while (until < points && timesUs[order[until] ?? 0] === timeUs) {
      const value = values[order[until] ?? 0] ?? 0;
      if (Math.abs(value) <= maxUsableMagnitude) {
        largest = Math.max(largest, value);
        smallest = Math.min(smallest, value);
      } else {
        unusable = true;
      }
      until++;
    }
    if (largest === Number.NEGATIVE_INFINITY) {
      scratch.flaggedCount++;
    } else {
      if (unusable || smallest !== largest) scratch.conflictCount++;
      scratch.timesUs[scratch.count] = timeUs;
      scratch.values[scratch.count] = largest;
      scratch.count++;
    }
    from = until;
  }
}
