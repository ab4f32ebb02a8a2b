import { describe, expect, test } from 'vitest';
import { bucketQuantile } from '../../../sim/prometheus/bucket-quantile.ts';

function buckets(...pairs: readonly (readonly [bound: number, count: number])[]): Map<number, number> {
  return new Map(pairs);
}

describe('histogram_quantile (delivery 92)', () => {
  const latency = buckets([100, 50], [250, 80], [500, 95], [1_000, 99], [Infinity, 100]);

  test.each([
    // Rank 25 in the first bucket, from 0.
    [0.25, 50],
    // Rank 65 in (100, 250]: 15 of 30.
    [0.65, 175],
    [0.95, 500],
    // Rank 97 in (500, 1000]: 2 of 4.
    [0.97, 750],
    // Rank 99.5 in +Inf.
    [0.995, 1_000],
    [1, 1_000],
    [0, 0],
  ])('quantile %f is %f', (quantile, expected) => {
    expect(bucketQuantile(quantile, latency)).toBeCloseTo(expected, 9);
  });

  test('above 1 s nothing is seen when 1 s is the highest finite bucket', () => {
    expect(bucketQuantile(0.95, buckets([1_000, 10], [Infinity, 100]))).toBe(1_000);
  });

  test('no bucket of +Inf, a single bucket, no observation: nothing', () => {
    expect(bucketQuantile(0.5, buckets([100, 5], [200, 9]))).toBeNaN();
    expect(bucketQuantile(0.5, buckets([Infinity, 9]))).toBeNaN();
    expect(bucketQuantile(0.5, buckets([100, 0], [Infinity, 0]))).toBeNaN();
    expect(bucketQuantile(0.5, buckets())).toBeNaN();
    expect(bucketQuantile(NaN, latency)).toBeNaN();
  });

  test('quantiles outside [0, 1]', () => {
    expect(bucketQuantile(-0.1, latency)).toBe(-Infinity);
    expect(bucketQuantile(1.1, latency)).toBe(Infinity);
  });

  test('a first bucket that ends at or below zero answers its bound', () => {
    expect(bucketQuantile(0.1, buckets([-5, 50], [0, 80], [Infinity, 100]))).toBe(-5);
  });

  test('counts that go down, and differences that are rounding, are levelled', () => {
    expect(bucketQuantile(0.5, buckets([100, 60], [200, 50], [Infinity, 100]))).toBeCloseTo(
      (100 * 50) / 60,
      9,
    );
    expect(bucketQuantile(1, buckets([100, 10], [200, 10 + 1e-13], [Infinity, 10 + 2e-13]))).toBe(100);
  });
});
