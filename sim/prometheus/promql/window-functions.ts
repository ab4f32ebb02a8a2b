import type { PromqlDeviation } from './deviation.ts';
import { KahanSum, meanOf, quantileOf } from './kahan-sum.ts';
import type { SampleWindow } from './selection.ts';

/** What a function over a window needs besides its samples. */
export interface WindowFrame {
  readonly windowMs: number;
  readonly nowMs: number;
  /** Scalars among its parameters, in their order. */
  readonly scalars: readonly number[];
  readonly deviations: ReadonlySet<PromqlDeviation>;
}

/** The value of a window with at least one sample; undefined where there are too few: the series is left out. */
export type WindowFunction = (window: SampleWindow, frame: WindowFrame) => number | undefined;

/**
 * Functions over windows of Prometheus 3 (delivery 87).
 * Not modelled: those behind a feature flag (`first_over_time`, `mad_over_time`, `ts_of_…`, smoothing), anchored and
 * smoothed selectors, native histograms.
 */
export const windowFunctions: ReadonlyMap<string, WindowFunction> = new Map<string, WindowFunction>([
  ['rate', (window, frame) => extrapolated(window, frame, true, true)],
  ['increase', (window, frame) => extrapolated(window, frame, true, false)],
  ['delta', (window, frame) => extrapolated(window, frame, false, false)],
  ['irate', (window) => lastDifference(window, true)],
  ['idelta', (window) => lastDifference(window, false)],
  ['deriv', ({ timesMs, values }) => line(timesMs, values, timesMs[0] ?? 0)?.slope],
  [
    'predict_linear',
    ({ timesMs, values }, { nowMs, scalars }) => {
      const fitted = line(timesMs, values, nowMs);
      return fitted && fitted.slope * (scalars[0] ?? 0) + fitted.intercept;
    },
  ],
  ['resets', ({ values }) => countPairs(values, (before, after) => after < before)],
  [
    'changes',
    ({ values }) =>
      countPairs(
        values,
        (before, after) => after !== before && !(Number.isNaN(after) && Number.isNaN(before)),
      ),
  ],
  ['avg_over_time', ({ values }) => meanOf(values)],
  ['sum_over_time', ({ values }) => sumOf(values)],
  ['min_over_time', ({ values }) => extreme(values, (value, best) => value < best)],
  ['max_over_time', ({ values }) => extreme(values, (value, best) => value > best)],
  ['count_over_time', ({ values }) => values.length],
  ['last_over_time', ({ values }) => values.at(-1)],
  ['present_over_time', () => 1],
  ['quantile_over_time', ({ values }, { scalars }) => quantileOf(scalars[0] ?? Number.NaN, values)],
  ['stddev_over_time', ({ values }) => Math.sqrt(variance(values))],
  ['stdvar_over_time', ({ values }) => variance(values)],
]);

/**
 * `rate`, `increase` and `delta`: the difference over the samples, stretched to the edges of the window that are nearer
 * than 1.1 sample distances, else by half a distance; a counter's resets are added, and it is never stretched below
 * zero. In seconds and in the order of the real one, so that the last bit is the same.
 */
function extrapolated(
  window: SampleWindow,
  { windowMs, deviations }: WindowFrame,
  isCounter: boolean,
  isRate: boolean,
): number | undefined {
  const { timesMs, values, startMs, endMs } = window;
  const last = values.length - 1;
  if (last < 1) return undefined;
  const firstMs = timesMs[0] as number;
  const lastMs = timesMs[last] as number;
  const firstValue = values[0] as number;
  let difference = (values[last] as number) - firstValue;
  if (isCounter && !deviations.has('resets-ignored')) {
    for (let index = 1; index <= last; index++) {
      const before = values[index - 1] as number;
      if ((values[index] as number) < before) difference += before;
    }
  }
  const sampled = (lastMs - firstMs) / 1000;
  const distance = sampled / last;
  const near = deviations.has('extrapolates-to-the-edge') ? Infinity : distance * 1.1;
  let toStart = (firstMs - startMs) / 1000;
  if (toStart >= near) toStart = distance / 2;
  if (isCounter && difference > 0 && firstValue >= 0 && !deviations.has('extrapolates-below-zero')) {
    toStart = Math.min(toStart, sampled * (firstValue / difference));
  }
  let toEnd = (endMs - lastMs) / 1000;
  if (toEnd >= near) toEnd = distance / 2;
  let factor = deviations.has('no-extrapolation') ? 1 : (sampled + toStart + toEnd) / sampled;
  if (isRate && !deviations.has('rate-is-increase')) factor /= windowMs / 1000;
  return difference * factor;
}

function lastDifference({ timesMs, values }: SampleWindow, isRate: boolean): number | undefined {
  const last = values.length - 1;
  if (last < 1) return undefined;
  const value = values[last] as number;
  const before = values[last - 1] as number;
  const difference = isRate && value < before ? value : value - before;
  if (!isRate) return difference;
  return difference / (((timesMs[last] as number) - (timesMs[last - 1] as number)) / 1000);
}

/** Least squares, with its intercept at a time; undefined with fewer than two samples. */
function line(
  timesMs: readonly number[],
  values: readonly number[],
  interceptMs: number,
): { readonly slope: number; readonly intercept: number } | undefined {
  const count = values.length;
  if (count < 2) return undefined;
  const [sumX, sumY, sumXY, sumXX] = [new KahanSum(), new KahanSum(), new KahanSum(), new KahanSum()];
  for (let index = 0; index < count; index++) {
    const x = ((timesMs[index] as number) - interceptMs) / 1000;
    const y = values[index] as number;
    sumX.add(x);
    sumY.add(y);
    sumXY.add(x * y);
    sumXX.add(x * x);
  }
  const first = values[0] as number;
  if (values.every((value) => value === first)) {
    return Math.abs(first) === Infinity
      ? { slope: Number.NaN, intercept: Number.NaN }
      : { slope: 0, intercept: first };
  }
  const slope =
    (sumXY.total - (sumX.total * sumY.total) / count) / (sumXX.total - (sumX.total * sumX.total) / count);
  return { slope, intercept: sumY.total / count - (slope * sumX.total) / count };
}

function countPairs(values: readonly number[], counts: (before: number, after: number) => boolean): number {
  let count = 0;
  for (let index = 1; index < values.length; index++) {
    if (counts(values[index - 1] as number, values[index] as number)) count++;
  }
  return count;
}

function sumOf(values: readonly number[]): number {
  const sum = new KahanSum();
  for (const value of values) sum.add(value);
  return sum.total;
}

/** NaN gives way to every number. */
function extreme(values: readonly number[], isBetter: (value: number, best: number) => boolean): number {
  return values.reduce((best, value) => (isBetter(value, best) || Number.isNaN(best) ? value : best));
}

function variance(values: readonly number[]): number {
  const mean = new KahanSum();
  const squares = new KahanSum();
  let count = 0;
  for (const value of values) {
    count++;
    const delta = value - (mean.sum + mean.compensation);
    mean.add(delta / count);
    squares.add(delta * (value - (mean.sum + mean.compensation)));
  }
  return (squares.sum + squares.compensation) / count;
}
