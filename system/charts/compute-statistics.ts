import { medianInPlace, selectInPlace } from './select.ts';
import { statisticIndex, statisticNames } from './statistics.ts';
import type { UsablePoints } from './usable-points.ts';

const SEGMENTS = 4;
const US_PER_S = 1e6;

let sortScratch = new Float64Array(1024);
const segmentCounts = new Float64Array(SEGMENTS);
const segmentSums = new Float64Array(SEGMENTS);
const segmentSquares = new Float64Array(SEGMENTS);

/**
 * The statistics of {@link statisticNames} over the context `[startUs, endUs]`.
 *
 * Deviations are the corrected two-pass form (deviations from the mean, with the mean's own rounding error taken out
 * again), so that a large offset costs no digits. Points outside the context (a tool's clock that stepped) count in its first
 * or last segment; a context of no length is taken as long as its points. They are put into `statistics`, one place each.
 */
export function computeStatistics(
  points: UsablePoints,
  startUs: number,
  endUs: number,
  statistics: Float64Array = new Float64Array(statisticNames.length),
): Float64Array {
  const { timesUs, values, count } = points;
  statistics.fill(Number.NaN);
  statistics[statisticIndex.count] = count;
  statistics[statisticIndex.flaggedCount] = points.flaggedCount;
  statistics[statisticIndex.conflictCount] = points.conflictCount;
  if (sortScratch.length < count) sortScratch = new Float64Array(2 * count);
  statistics[statisticIndex.missingShare] = missingShare(timesUs, count, startUs, endUs);
  if (count === 0) return statistics;

  const firstUs = timesUs[0] ?? 0;
  const lastUs = timesUs[count - 1] ?? 0;
  let sum = 0;
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  let stepUp = 0;
  let stepDown = 0;
  let areaTwice = 0;
  let previous = values[0] ?? 0;
  let previousUs = firstUs;
  for (let i = 0; i < count; i++) {
    const value = values[i] ?? 0;
    const timeUs = timesUs[i] ?? 0;
    sum += value;
    if (value < min) min = value;
    if (value > max) max = value;
    const step = value - previous;
    if (step > stepUp) stepUp = step;
    else if (-step > stepDown) stepDown = -step;
    areaTwice += (value + previous) * (timeUs - previousUs);
    previous = value;
    previousUs = timeUs;
    sortScratch[i] = value;
  }
  const roughMean = sum / count;

  const windowUs = endUs > startUs ? endUs - startUs : lastUs - firstUs;
  const windowStartUs = endUs > startUs ? startUs : firstUs;
  const segmentsPerUs = windowUs > 0 ? SEGMENTS / windowUs : 0;
  const middleUs = firstUs + (lastUs - firstUs) / 2;
  segmentCounts.fill(0);
  segmentSums.fill(0);
  segmentSquares.fill(0);
  let residualSum = 0;
  let residualSquares = 0;
  let timeSum = 0;
  let timeSquares = 0;
  let timeByResidual = 0;
  for (let i = 0; i < count; i++) {
    const residual = (values[i] ?? 0) - roughMean;
    const timeUs = timesUs[i] ?? 0;
    const timeS = (timeUs - middleUs) / US_PER_S;
    residualSum += residual;
    residualSquares += residual * residual;
    timeSum += timeS;
    timeSquares += timeS * timeS;
    timeByResidual += timeS * residual;
    const segment = segmentOf((timeUs - windowStartUs) * segmentsPerUs);
    segmentCounts[segment] = (segmentCounts[segment] ?? 0) + 1;
    segmentSums[segment] = (segmentSums[segment] ?? 0) + residual;
  }
  for (let i = 0; i < count; i++) {
    const segment = segmentOf(((timesUs[i] ?? 0) - windowStartUs) * segmentsPerUs);
    const fromSegmentMean =
      (values[i] ?? 0) - roughMean - (segmentSums[segment] ?? 0) / (segmentCounts[segment] ?? 1);
    segmentSquares[segment] = (segmentSquares[segment] ?? 0) + fromSegmentMean * fromSegmentMean;
  }

  statistics[statisticIndex.mean] = roughMean + residualSum / count + 0;
  statistics[statisticIndex.min] = min + 0;
  statistics[statisticIndex.max] = max + 0;
  statistics[statisticIndex.median] = medianInPlace(sortScratch, count) + 0;
  statistics[statisticIndex.range] = max - min;
  for (let segment = 0; segment < SEGMENTS; segment++) {
    const inSegment = segmentCounts[segment] ?? 0;
    if (inSegment === 0) continue;
    statistics[statisticIndex.segmentMean1 + segment] =
      roughMean + (segmentSums[segment] ?? 0) / inSegment + 0;
    if (inSegment > 1) {
      statistics[statisticIndex.segmentDeviation1 + segment] = Math.sqrt(
        (segmentSquares[segment] ?? 0) / (inSegment - 1),
      );
    }
  }
  if (count > 1) {
    const squares = Math.max(0, residualSquares - (residualSum * residualSum) / count);
    const timeVariation = timeSquares - (timeSum * timeSum) / count;
    statistics[statisticIndex.deviation] = Math.sqrt(squares / (count - 1));
    statistics[statisticIndex.slope] = timeByResidual / timeVariation + 0;
    statistics[statisticIndex.area] = areaTwice / (2 * US_PER_S) + 0;
    statistics[statisticIndex.stepUp] = stepUp;
    statistics[statisticIndex.stepDown] = stepDown;
  }
  return statistics;
}

function segmentOf(position: number): number {
  return position < 1 ? 0 : position < 2 ? 1 : position < 3 ? 2 : 3;
}

/**
 * Gaps of about two, three… times the median gap hide one, two… instants; so do the two ends of the context together, of
 * which one gap is nobody's. With fewer than two instants no spacing is known: 1 where there are none, NaN where there is one.
 */
function missingShare(timesUs: Float64Array, count: number, startUs: number, endUs: number): number {
  if (count === 0) return 1;
  if (count === 1) return Number.NaN;
  const gapUs = typicalGapUs(timesUs, count);
  let missing = 0;
  let previousUs = timesUs[0] ?? 0;
  for (let i = 1; i < count; i++) {
    const timeUs = timesUs[i] ?? 0;
    const distanceUs = timeUs - previousUs;
    if (distanceUs > gapUs) missing += hidden(distanceUs, gapUs);
    previousUs = timeUs;
  }
  const outsideUs = Math.max(0, (timesUs[0] ?? 0) - startUs) + Math.max(0, endUs - previousUs);
  missing += hidden(outsideUs, gapUs);
  return missing / (missing + count);
}

/** The median distance of two neighbouring instants, the lower of two; NaN where there are fewer than two. */
export function typicalGapUs(timesUs: Float64Array, count: number): number {
  if (count < 2) return Number.NaN;
  const firstUs = (timesUs[1] ?? 0) - (timesUs[0] ?? 0);
  let even = 2;
  while (even < count && (timesUs[even] ?? 0) - (timesUs[even - 1] ?? 0) === firstUs) even++;
  // Nearly always they are all the same.
  if (even === count) return firstUs;
  if (sortScratch.length < count) sortScratch = new Float64Array(2 * count);
  for (let i = 1; i < count; i++) sortScratch[i - 1] = (timesUs[i] ?? 0) - (timesUs[i - 1] ?? 0);
  return selectInPlace(sortScratch, count - 1, (count - 1) >>> 1);
}

function hidden(distanceUs: number, gapUs: number): number {
  return Math.max(0, Math.round(distanceUs / gapUs) - 1);
}
