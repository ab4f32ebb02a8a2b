import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { emptyRun, extrapolatedIncrease } from '../../../sim/prometheus/extrapolation.ts';

type Sample = readonly [timeMs: number, value: number];

function increase(samples: readonly Sample[], startMs: number, endMs: number): number | undefined {
  const run = emptyRun(samples.length);
  for (const [timeMs, value] of samples) {
    run.timesMs[run.count] = timeMs;
    run.values[run.count++] = value;
  }
  return extrapolatedIncrease(run, startMs, endMs);
}

describe('increase over a window (delivery 87), computed by hand', () => {
  test('fewer than two samples give nothing', () => {
    expect(increase([], 0, 60_000)).toBeUndefined();
    expect(increase([[30_000, 7]], 0, 60_000)).toBeUndefined();
  });

  test('samples that reach both edges: 100 in 45 s stretched to 60 s', () => {
    const samples: Sample[] = [
      [5_000, 1_000],
      [20_000, 1_030],
      [35_000, 1_060],
      [50_000, 1_100],
    ];
    expect(increase(samples, 0, 60_000)).toBeCloseTo((100 * 60) / 45, 9);
  });

  test('far from an edge: half a distance is added there', () => {
    const samples: Sample[] = [
      [30_000, 500],
      [45_000, 560],
      [60_000, 590],
    ];
    // 30 s are more than 1.1 × 15 s away from the start: 7.5 s; the end is reached.
    expect(increase(samples, 0, 60_000)).toBeCloseTo((90 * 37.5) / 30, 9);
    // 16.4 s < 16.5 s is near.
    expect(increase(samples, 13_600, 60_000)).toBeCloseTo((90 * 46.4) / 30, 9);
    // 16.5 s is not.
    expect(increase(samples, 13_500, 60_000)).toBeCloseTo((90 * 37.5) / 30, 9);
    expect(increase(samples, 30_000, 90_000)).toBeCloseTo((90 * 37.5) / 30, 9);
  });

  test('never back beyond the point where the counter was zero', () => {
    const samples: Sample[] = [
      [10_000, 2],
      [25_000, 12],
      [40_000, 22],
    ];
    // 20 in 30 s: zero was 3 s before the first sample.
    expect(increase(samples, 0, 40_000)).toBeCloseTo((20 * 33) / 30, 9);
    // A counter that starts at 0 is not stretched to the front at all.
    expect(
      increase(
        [
          [10_000, 0],
          [25_000, 6],
        ],
        0,
        25_000,
      ),
    ).toBeCloseTo(6, 9);
  });

  test('a reset adds what was there before', () => {
    const samples: Sample[] = [
      [0, 100],
      [15_000, 130],
      [30_000, 10],
      [45_000, 25],
    ];
    // 30 before, 25 after.
    expect(increase(samples, 0, 45_000)).toBeCloseTo(55, 9);
  });

  test('no change is zero and not nothing', () => {
    expect(
      increase(
        [
          [0, 5],
          [15_000, 5],
        ],
        0,
        60_000,
      ),
    ).toBe(0);
  });

  test('a steady counter seen over the whole window is exact wherever the scrapes lie', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 14_999 }),
        fc.integer({ min: 2, max: 40 }),
        fc.integer({ min: 1, max: 50 }),
        (offsetMs, count, perSecond) => {
          const samples = Array.from({ length: count }, (_, index): Sample => {
            const timeMs = offsetMs + index * 15_000;
            return [timeMs, 1e6 + (timeMs / 1000) * perSecond];
          });
          const windowMs = count * 15_000;
          expect(increase(samples, 0, windowMs)).toBeCloseTo((windowMs / 1000) * perSecond, 4);
        },
      ),
    );
  });
});
