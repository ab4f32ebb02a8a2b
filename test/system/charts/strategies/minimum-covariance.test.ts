import { expect, test } from 'vitest';
import { RandomStream } from '../../../../sim/kernel/index.ts';
import { minimumCovariance } from '../../../../system/charts/strategies/minimum-covariance.ts';

const size = 4;

/** Correlated normal rows around 0, of which the first `bad` lie together far outside. */
function rowsOf(seed: bigint, count: number, bad: number): Float64Array {
  const random = new RandomStream(seed, 'rows', 0);
  const rows = new Float64Array(count * size);
  for (let row = 0; row < count; row++) {
    const common = random.normal();
    for (let i = 0; i < size; i++) {
      rows[row * size + i] =
        row < bad ? (i % 2 === 0 ? 6 : -6) + 0.2 * random.normal() : common + 0.5 * random.normal();
    }
  }
  return rows;
}

test.each([0, 10, 30, 48])('%i of 200 rows that lie together elsewhere are told from the rest', (bad) => {
  const fit = minimumCovariance(rowsOf(3n, 200, bad), size);
  const distances = [...fit.distances];
  const good = distances.slice(bad).sort((a, b) => a - b);
  expect(Math.hypot(...fit.location)).toBeLessThan(0.5);
  if (bad > 0)
    expect(Math.min(...distances.slice(0, bad))).toBeGreaterThan(
      10 * (good[Math.floor(0.95 * good.length)] ?? 0),
    );
  expect(fit.kept).toBeGreaterThan(0.8 * (200 - bad));
  expect(fit.kept).toBeLessThanOrEqual(200 - bad);
});

test('the fit does not depend on the order of the rows', () => {
  const rows = rowsOf(4n, 120, 20);
  const reversed = new Float64Array(rows.length);
  for (let row = 0; row < 120; row++) {
    reversed.set(rows.subarray(row * size, (row + 1) * size), (119 - row) * size);
  }
  const a = minimumCovariance(rows, size);
  const b = minimumCovariance(reversed, size);
  for (let row = 0; row < 120; row++) {
    expect((b.distances[119 - row] ?? 0) / (a.distances[row] ?? 0)).toBeCloseTo(1, 8);
  }
});

test('columns that do not vary, and rows that are all the same, are borne', () => {
  const still = rowsOf(5n, 60, 0);
  for (let row = 0; row < 60; row++) still[row * size + 1] = 0;
  for (const rows of [still, new Float64Array(60 * size)]) {
    expect([...minimumCovariance(rows, size).distances].every((distance) => Number.isFinite(distance))).toBe(
      true,
    );
  }
});
