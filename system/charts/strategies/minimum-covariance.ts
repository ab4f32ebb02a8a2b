import { medianInPlace } from '../select.ts';
import { invertPositiveDefinite, logDeterminant } from './matrix.ts';

/** Location and inverse covariance of the majority of some rows. */
export interface RobustFit {
  readonly location: Float64Array;
  readonly inverse: Float64Array;
  /** Squared distance of each row. */
  readonly distances: Float64Array;
  /** Rows that the final estimate comes from. */
  readonly kept: number;
}

/** The core that the covariance is made smallest for: half of the rows, more where that were less than five a column. */
const MIN_CORE_SHARE = 0.5;
const MAX_CORE_SHARE = 0.75;
const CORE_ROWS_PER_COLUMN = 5;
const MAX_STEPS = 100;
const REWEIGHTINGS = 5;
const KEEP_SIGMAS = 1.96;
/** A column that does not vary among the members keeps this much variance, or nothing could be inverted. */
const MIN_VARIANCE = 1e-9;
const MIN_DEVIATION = 1e-6;

/**
 * Minimum covariance determinant: the half of the rows (up to three quarters of few) whose covariance has the smallest
 * determinant, found by concentration steps, then re-weighted to all rows that fit them. The others can lie anywhere.
 *
 * Source: P. J. Rousseeuw and K. Van Driessen (1999), with the two deterministic starts instead of random ones that M. Hubert,
 * P. J. Rousseeuw and T. Verdonck (DetMCD, 2012) showed to serve: distance from the coordinate-wise median, and
 * spatial signs. Correlations are shrunk by p / (p + 2 n), so that it is defined for short histories.
 *
 * `rows` is n × `size`, row-major, in scales near 1 (a column that varies less than 1e-6 counts as constant). Needs n > `size`.
 */
export function minimumCovariance(rows: Float64Array, size: number): RobustFit {
  const { medians, deviations } = columnSpreads(rows, size);
  const standardised = rows.map(
    (value, at) => (value - (medians[at % size] ?? 0)) / (deviations[at % size] ?? 1),
  );
  const fit = fitToMajority(standardised, size);
  return {
    ...fit,
    location: fit.location.map((value, i) => (medians[i] ?? 0) + value * (deviations[i] ?? 1)),
    inverse: fit.inverse.map(
      (value, at) => value / ((deviations[Math.floor(at / size)] ?? 1) * (deviations[at % size] ?? 1)),
    ),
  };
}

/** Median and MAD of each column. */
function columnSpreads(
  rows: Float64Array,
  size: number,
): { medians: Float64Array; deviations: Float64Array } {
  const medians = new Float64Array(size);
  const deviations = new Float64Array(size);
  for (let i = 0; i < size; i++) {
    const column = rows.filter((_value, at) => at % size === i);
    const median = medianOf(column);
    medians[i] = median;
    deviations[i] = Math.max(MIN_DEVIATION, medianOf(column.map((value) => Math.abs(value - median))));
  }
  return { medians, deviations };
}

function fitToMajority(rows: Float64Array, size: number): RobustFit {
  const n = rows.length / size;
  const core = Math.ceil(
    Math.max(MIN_CORE_SHARE * n, Math.min(MAX_CORE_SHARE * n, CORE_ROWS_PER_COLUMN * size)),
  );
  let best: { members: readonly number[]; logVolume: number } | undefined;
  for (const start of [euclideanDistances(rows, size), spatialSignDistances(rows, size)]) {
    const found = concentrate(rows, size, nearest(start, core));
    if (best === undefined || found.logVolume < best.logVolume) best = found;
  }
  let members = best?.members ?? [];
  let fit = fitTo(rows, size, members);
  for (let round = 0; round < REWEIGHTINGS; round++) {
    const limit =
      chiSquareQuantile(size, KEEP_SIGMAS) * (medianOf(fit.distances) / chiSquareQuantile(size, 0));
    const next = [...fit.distances.keys()].filter((row) => (fit.distances[row] ?? 0) <= limit);
    if (next.length === members.length && next.every((row, index) => row === members[index])) break;
    members = next;
    fit = fitTo(rows, size, members);
  }
  return fit;
}

/** χ² quantile at a normal quantile (E. B. Wilson and M. M. Hilferty, 1931; within 1 % from 3 degrees of freedom on). */
export function chiSquareQuantile(degrees: number, sigmas: number): number {
  const c = 2 / (9 * degrees);
  return degrees * (1 - c + sigmas * Math.sqrt(c)) ** 3;
}

export function medianOf(values: Float64Array): number {
  return medianInPlace(values.slice(), values.length);
}

/** Each step keeps the rows that are nearest to the fit of those kept before; the determinant never grows. */
function concentrate(
  rows: Float64Array,
  size: number,
  start: readonly number[],
): { members: readonly number[]; logVolume: number } {
  let members = start;
  for (let step = 0; step < MAX_STEPS; step++) {
    const next = nearest(fitTo(rows, size, members).distances, start.length);
    const isSettled = next.every((row, index) => row === members[index]);
    members = next;
    if (isSettled) break;
  }
  return { members, logVolume: logDeterminant(covarianceOf(rows, size, members).covariance, size) };
}

/** The `count` smallest, as rising row numbers; of equal ones the first. */
function nearest(distances: Float64Array, count: number): number[] {
  return [...distances.keys()]
    .sort((a, b) => (distances[a] ?? 0) - (distances[b] ?? 0) || a - b)
    .slice(0, count)
    .sort((a, b) => a - b);
}

function fitTo(rows: Float64Array, size: number, members: readonly number[]): RobustFit {
  const { location, covariance } = covarianceOf(rows, size, members);
  const inverse = invertPositiveDefinite(covariance, size);
  const n = rows.length / size;
  const distances = new Float64Array(n);
  for (let row = 0; row < n; row++) {
    distances[row] = squaredDistance(rows.subarray(row * size, (row + 1) * size), location, inverse);
  }
  return { location, inverse, distances, kept: members.length };
}

/** (row - location)ᵀ inverse (row - location). */
export function squaredDistance(row: Float64Array, location: Float64Array, inverse: Float64Array): number {
  const size = location.length;
  let sum = 0;
  for (let i = 0; i < size; i++) {
    let weighted = 0;
    for (let j = 0; j < size; j++) {
      weighted += (inverse[i * size + j] ?? 0) * ((row[j] ?? 0) - (location[j] ?? 0));
    }
    sum += weighted * ((row[i] ?? 0) - (location[i] ?? 0));
  }
  return sum;
}

function covarianceOf(
  rows: Float64Array,
  size: number,
  members: readonly number[],
): { location: Float64Array; covariance: Float64Array } {
  const n = members.length;
  const location = new Float64Array(size);
  for (const row of members) {
    for (let i = 0; i < size; i++) location[i] = (location[i] ?? 0) + (rows[row * size + i] ?? 0) / n;
  }
  const covariance = new Float64Array(size * size);
  const shrinkage = size / (size + 2 * n);
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = 0;
      for (const row of members) {
        sum +=
          ((rows[row * size + i] ?? 0) - (location[i] ?? 0)) *
          ((rows[row * size + j] ?? 0) - (location[j] ?? 0));
      }
      const value = i === j ? sum / (n - 1) + MIN_VARIANCE : ((1 - shrinkage) * sum) / (n - 1);
      covariance[i * size + j] = value;
      covariance[j * size + i] = value;
    }
  }
  return { location, covariance };
}

function euclideanDistances(rows: Float64Array, size: number): Float64Array {
  return Float64Array.from({ length: rows.length / size }, (_row, index) => {
    let sum = 0;
    for (let i = 0; i < size; i++) sum += (rows[index * size + i] ?? 0) ** 2;
    return sum;
  });
}

/** Distances by the covariance of the directions in which the rows lie, whatever how far. */
function spatialSignDistances(rows: Float64Array, size: number): Float64Array {
  const lengths = euclideanDistances(rows, size).map((square) => Math.sqrt(square));
  const signs = rows.map((value, place) => {
    const length = lengths[Math.floor(place / size)] ?? 0;
    return length > 0 ? value / length : 0;
  });
  const { covariance } = covarianceOf(signs, size, [...lengths.keys()]);
  const inverse = invertPositiveDefinite(covariance, size);
  const centre = new Float64Array(size);
  return lengths.map((_length, row) =>
    squaredDistance(rows.subarray(row * size, (row + 1) * size), centre, inverse),
  );
}
