import { describe, expect, it, test } from 'vitest';
import { averageRunLength, nextSum } from '../../../../system/charts/strategies/cusum.ts';
import { averageDeviation, nextAverage } from '../../../../system/charts/strategies/ewma.ts';
import { invertPositiveDefinite, logDeterminant } from '../../../../system/charts/strategies/matrix.ts';
import {
  chiSquareQuantile,
  squaredDistance,
} from '../../../../system/charts/strategies/minimum-covariance.ts';
import { sigmasForTail, upperTail } from '../../../../system/charts/strategies/normal.ts';

/** Numbers of worked examples in textbooks and of NIST; rounded as printed. */

/** D. C. Montgomery, Introduction to Statistical Quality Control, Table 9.1: target 10, sigma 1, mean 11 from 21 on. */
const montgomery = [
  9.45, 7.99, 9.29, 11.66, 12.16, 10.18, 8.04, 11.46, 9.2, 10.34, 9.03, 11.47, 10.51, 9.4, 10.08, 9.37, 10.62,
  10.31, 8.52, 10.84, 10.9, 9.33, 12.29, 11.5, 10.6, 11.08, 10.38, 11.62, 11.31, 10.52,
];

function sums(values: readonly number[], target: number, reference: number): [number[], number[]] {
  const upper: number[] = [];
  const lower: number[] = [];
  for (const value of values) {
    upper.push(nextSum(upper.at(-1) ?? 0, value - target, reference));
    lower.push(nextSum(lower.at(-1) ?? 0, target - value, reference));
  }
  return [upper, lower];
}

function expectRounded(actual: readonly number[], printed: readonly number[], digits: number): void {
  expect(actual.map((value) => Number(value.toFixed(digits)) + 0)).toEqual(printed);
}

describe('CUSUM', () => {
  it('has the sums of Montgomery, Table 9.2, and signals at observation 29 for K = 0.5 and H = 5', () => {
    const [upper, lower] = sums(montgomery, 10, 0.5);
    expectRounded(
      upper,
      [
        0, 0, 0, 1.16, 2.82, 2.5, 0.04, 1, 0, 0, 0, 0.97, 0.98, 0, 0, 0, 0.12, 0, 0, 0.34, 0.74, 0, 1.79,
        2.79, 2.89, 3.47, 3.35, 4.47, 5.28, 5.3,
      ],
      2,
    );
    expectRounded(lower.slice(0, 8), [0.05, 1.56, 1.77, 0, 0, 0, 1.46, 0], 2);
    expect(upper.findIndex((sum) => sum > 5) + 1).toBe(29);
    expect(lower.some((sum) => sum > 5)).toBe(false);
  });

  it('has the sums of Montgomery and Runger, Applied Statistics, Table 16-8: target 99, K = 1, in control at H = 10', () => {
    const concentration = [
      102, 94.8, 98.3, 98.4, 102, 98.5, 99, 97.7, 100, 98.1, 101.3, 98.7, 101.1, 98.4, 97, 96.7, 100.3, 101.4,
      97.2, 101,
    ];
    const [upper, lower] = sums(concentration, 99, 1);
    expectRounded(upper, [2, 0, 0, 0, 2, 0.5, 0, 0, 0, 0, 1.3, 0, 1.1, 0, 0, 0, 0.3, 1.7, 0, 1], 1);
    expectRounded(lower, [0, 3.2, 2.9, 2.5, 0, 0, 0, 0.3, 0, 0, 0, 0, 0, 0, 1, 2.3, 0, 0, 0.8, 0], 1);
    expect(Math.max(...upper, ...lower)).toBeLessThan(10);
  });

  it('runs on average as long as Siegmund says: Montgomery §9.1.3, 469.1 for H = 5', () => {
    expect(averageRunLength(5, 0.5)).toBeCloseTo(469.1, 0);
    // Table 9.4 (D. M. Hawkins, 1993): 4.77 gives the 370 of a three sigma chart.
    expect(averageRunLength(4.77, 0.5)).toBeGreaterThan(360);
    expect(averageRunLength(4.77, 0.5)).toBeLessThan(380);
  });
});

describe('EWMA', () => {
  it('has the averages of Montgomery, Table 9.10, for weight 0.1, and leaves 2.7 sigmas at observation 29', () => {
    const averages: number[] = [];
    for (const value of montgomery) averages.push(nextAverage(averages.at(-1) ?? 10, value, 0.1));
    const printed = [
      9.945, 9.7495, 9.70355, 9.8992, 10.1253, 10.1307, 9.92167, 10.0755, 9.98796, 10.0232, 9.92384, 10.0785,
      10.1216, 10.0495, 10.0525, 9.98426, 10.0478, 10.074, 9.91864, 10.0108, 10.0997, 10.0227, 10.2495,
      10.3745, 10.3971, 10.4654, 10.4568, 10.5731, 10.6468, 10.6341,
    ];
    for (const [index, average] of averages.entries()) {
      expect(Math.abs(average - (printed[index] ?? 0))).toBeLessThan(6e-5);
    }
    const limits = averages.map(
      (_average, index) => 10 + 2.7 * averageDeviation(0.1, 0.9 ** (2 * (index + 1))),
    );
    // "Upper limit 10.27 at the first, 10.36 at the second observation, 10.62 in the steady state."
    expect([limits[0], limits[1]].map((limit) => limit?.toFixed(2))).toEqual(['10.27', '10.36']);
    expect((10 + 2.7 * averageDeviation(0.1, 0)).toFixed(2)).toBe('10.62');
    expect(averages.findIndex((average, index) => average > (limits[index] ?? 0)) + 1).toBe(29);
  });

  it('has the averages and limits of the NIST/SEMATECH handbook, 6.3.2.4: weight 0.3, in control', () => {
    const values = [
      52, 47, 53, 49.3, 50.1, 47, 51, 50.1, 51.2, 50.5, 49.6, 47.6, 49.9, 51.3, 47.8, 51.2, 52.6, 52.4, 53.6,
      52.1,
    ];
    const averages: number[] = [];
    for (const value of values) averages.push(nextAverage(averages.at(-1) ?? 50, value, 0.3));
    const printed = [
      50.6, 49.52, 50.56, 50.18, 50.16, 49.21, 49.75, 49.85, 50.26, 50.33, 50.11, 49.36, 49.52, 50.05, 49.38,
      49.92, 50.73, 51.23, 51.94, 51.99,
    ];
    for (const [index, average] of averages.entries()) {
      expect(Math.abs(average - (printed[index] ?? 0))).toBeLessThan(0.0051);
    }
    const upper = 50 + 3 * averageDeviation(0.3, 0) * 2.0539;
    expect(upper).toBeCloseTo(52.5884, 3);
    expect(averages.every((average) => average < upper)).toBe(true);
  });
});

describe("Hotelling's T²", () => {
  function distanceFrom(target: readonly number[], rows: readonly (readonly number[])[]): number {
    const size = target.length;
    const centre = target.map((_one, i) => rows.reduce((sum, row) => sum + (row[i] ?? 0), 0) / rows.length);
    const covariance = new Float64Array(size * size);
    for (let i = 0; i < size; i++) {
      for (let j = 0; j < size; j++) {
        for (const row of rows) {
          covariance[i * size + j] =
            (covariance[i * size + j] ?? 0) +
            (((row[i] ?? 0) - (centre[i] ?? 0)) * ((row[j] ?? 0) - (centre[j] ?? 0))) / (rows.length - 1);
        }
      }
    }
    const inverse = invertPositiveDefinite(covariance, size);
    return rows.length * squaredDistance(Float64Array.from(centre), Float64Array.from(target), inverse);
  }

  it('is 7/9 in R. A. Johnson and D. W. Wichern, Applied Multivariate Statistical Analysis, Example 5.1', () => {
    const rows = [
      [6, 9],
      [10, 6],
      [8, 3],
    ];
    expect(distanceFrom([9, 5], rows)).toBeCloseTo(7 / 9, 12);
  });

  it('is 9.74 for the sweat of twenty women, Example 5.2', () => {
    const rows = [
      [3.7, 48.5, 9.3],
      [5.7, 65.1, 8.0],
      [3.8, 47.2, 10.9],
      [3.2, 53.2, 12.0],
      [3.1, 55.5, 9.7],
      [4.6, 36.1, 7.9],
      [2.4, 24.8, 14.0],
      [7.2, 33.1, 7.6],
      [6.7, 47.4, 8.5],
      [5.4, 54.1, 11.3],
      [3.9, 36.9, 12.7],
      [4.5, 58.8, 12.3],
      [3.5, 27.8, 9.8],
      [4.5, 40.2, 8.4],
      [1.5, 13.5, 10.1],
      [8.5, 56.4, 7.1],
      [4.5, 71.6, 8.2],
      [6.5, 52.8, 10.9],
      [4.1, 44.1, 11.2],
      [5.5, 40.9, 9.4],
    ];
    expect(distanceFrom([4, 50, 10], rows)).toBeCloseTo(9.74, 2);
  });

  it('takes determinants: 27 for the covariance of Example 5.1', () => {
    expect(logDeterminant(Float64Array.of(4, -3, -3, 9), 2)).toBeCloseTo(Math.log(27), 12);
  });
});

test.each([
  [0, 0.5],
  [1, 0.158655],
  [1.959964, 0.025],
  [3, 0.0013499],
  [6, 9.8659e-10],
  [-2, 0.97725],
])('the normal tail beyond %f sigmas is %f', (sigmas, tail) => {
  expect(upperTail(sigmas) / tail).toBeCloseTo(1, 4);
  if (sigmas > 0) expect(sigmasForTail(2 * tail)).toBeCloseTo(sigmas, 2);
});

test.each([
  [13, 0, 12.34],
  [13, 1.959964, 24.736],
  [13, 3.090232, 34.528],
  [3, 1.644854, 7.815],
])('χ² quantile with %i degrees of freedom at %f sigmas is %f', (degrees, sigmas, quantile) => {
  expect(Math.abs(chiSquareQuantile(degrees, sigmas) / quantile - 1)).toBeLessThan(0.01);
});
