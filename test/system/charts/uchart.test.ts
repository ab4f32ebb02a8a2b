import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ChartCodecError } from '../../../system/charts/codec.ts';
import { crc32 } from '../../../system/charts/crc32.ts';
import type { Series } from '../../../system/charts/series.ts';
import { statisticNames, statisticOf } from '../../../system/charts/statistics.ts';
import type { StatisticName } from '../../../system/charts/statistics.ts';
import { computeUChart, decodeUChart, encodeUChart, uchartDigest } from '../../../system/charts/uchart.ts';
import type { UChart } from '../../../system/charts/uchart.ts';

const startUs = 1_767_000_000_000_000;
const spacingUs = 10_000_000;

interface Point {
  readonly timeUs: number;
  readonly value: number;
}

function uchartOf(series: readonly Series[], endUs: number): UChart {
  const identity = { contextId: 'c-1', unit: 'tool-1', recipe: 'r', contextSequence: 3, startUs, endUs };
  return computeUChart({ ...identity, series });
}

function seriesOf(points: readonly Point[], svid = 1): Series {
  return {
    svid,
    timesUs: Float64Array.from(points, ({ timeUs }) => timeUs),
    values: Float64Array.from(points, ({ value }) => value),
  };
}

/** Evenly spaced points from the start on, and the end one spacing after the last. */
function even(values: readonly number[]): { points: Point[]; endUs: number } {
  const points = values.map((value, i) => ({ timeUs: startUs + i * spacingUs, value }));
  return { points, endUs: startUs + values.length * spacingUs };
}

function statistic(chart: UChart, name: StatisticName): number {
  const [first] = chart.svids;
  if (first === undefined) throw new Error('no SVID');
  return statisticOf(chart, first, name);
}

/** The plain definitions, two passes each. */
function reference(values: readonly number[]): Partial<Record<StatisticName, number>> {
  const mean = (some: readonly number[]) => some.reduce((sum, value) => sum + value, 0) / some.length;
  const deviation = (some: readonly number[]) =>
    Math.sqrt(some.reduce((sum, value) => sum + (value - mean(some)) ** 2, 0) / (some.length - 1));
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const timesS = values.map((_value, i) => (i * spacingUs) / 1e6);
  const timeMean = mean(timesS);
  const valueMean = mean(values);
  const steps = values.slice(1).map((value, i) => value - (values[i] ?? 0));
  const segment = (s: number) => values.filter((_value, i) => Math.floor((4 * i) / values.length) === s);
  return {
    count: values.length,
    missingShare: 0,
    mean: valueMean,
    deviation: deviation(values),
    min: Math.min(...values),
    max: Math.max(...values),
    range: Math.max(...values) - Math.min(...values),
    median:
      sorted.length % 2 === 1
        ? (sorted[middle] ?? 0)
        : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2,
    slope:
      values.reduce((sum, value, i) => sum + ((timesS[i] ?? 0) - timeMean) * (value - valueMean), 0) /
      timesS.reduce((sum, timeS) => sum + (timeS - timeMean) ** 2, 0),
    area: steps.reduce(
      (sum, _step, i) => sum + (((values[i] ?? 0) + (values[i + 1] ?? 0)) / 2) * (spacingUs / 1e6),
      0,
    ),
    segmentMean1: mean(segment(0)),
    segmentMean2: mean(segment(1)),
    segmentMean3: mean(segment(2)),
    segmentMean4: mean(segment(3)),
    segmentDeviation1: deviation(segment(0)),
    segmentDeviation2: deviation(segment(1)),
    segmentDeviation3: deviation(segment(2)),
    segmentDeviation4: deviation(segment(3)),
    stepUp: Math.max(0, ...steps),
    stepDown: Math.max(0, ...steps.map((step) => -step)),
  };
}

const readings = fc.array(fc.double({ min: -1e4, max: 1e4, noNaN: true }), { minLength: 8, maxLength: 150 });

const points = fc.array(
  fc.record({
    timeUs: fc.nat(40).map((i) => startUs + i * spacingUs),
    value: fc.oneof(
      fc.integer({ min: -3, max: 3 }),
      fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, -1e101, -0),
    ),
  }),
  { maxLength: 60 },
);

describe('computeUChart', () => {
  it('agrees with the plain definitions', () => {
    fc.assert(
      fc.property(readings, (values) => {
        const { points: all, endUs } = even(values);
        const chart = uchartOf([seriesOf(all)], endUs);
        const size = Math.max(1, ...values.map((value) => Math.abs(value)));
        for (const [name, expected] of Object.entries(reference(values))) {
          const actual = statistic(chart, name as StatisticName);
          const scale = name === 'area' ? size * values.length * 10 : size;
          expect(Math.abs(actual - expected), name).toBeLessThanOrEqual(1e-11 * scale);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('loses no digits to a large offset', () => {
    const offset = 1e9;
    const values = Array.from({ length: 100 }, (_point, i) => offset + (i % 4));
    const { points: all, endUs } = even(values);
    const chart = uchartOf([seriesOf(all)], endUs);
    expect(statistic(chart, 'deviation')).toBeCloseTo(Math.sqrt((1.25 * 100) / 99), 12);
    expect(statistic(chart, 'mean')).toBe(offset + 1.5);
  });

  it('has known values for a worked example', () => {
    const { points: all, endUs } = even([2, 4, 4, 4, 5, 5, 7, 9]);
    const chart = uchartOf([seriesOf(all)], endUs);
    const found = Object.fromEntries(statisticNames.map((name) => [name, statistic(chart, name)]));
    expect(found).toMatchObject({
      count: 8,
      mean: 5,
      min: 2,
      max: 9,
      median: 4.5,
      range: 7,
      stepUp: 2,
      stepDown: 0,
    });
    expect(found['deviation']).toBeCloseTo(Math.sqrt(32 / 7), 14);
    expect(found['area']).toBeCloseTo(345, 10);
    expect(found['slope']).toBeCloseTo(34 / 420, 14);
    expect([1, 2, 3, 4].map((s) => found[`segmentMean${s}`])).toEqual([3, 4, 5, 8]);
  });

  it('depends on the set of points only: not on order, repetition or how they are split', () => {
    fc.assert(
      fc.property(points, fc.infiniteStream(fc.nat()), fc.nat(60), (all, keys, cut) => {
        const endUs = startUs + 41 * spacingUs;
        const shuffled = [...all, ...all.slice(cut)]
          .map((point) => ({ point, key: Number(keys.next().value) }))
          .toSorted((a, b) => a.key - b.key)
          .map(({ point }) => point);
        const digest = uchartDigest(uchartOf([seriesOf(all)], endUs));
        expect(uchartDigest(uchartOf([seriesOf(shuffled)], endUs))).toBe(digest);
        expect(
          uchartDigest(uchartOf([seriesOf(shuffled.slice(0, cut)), seriesOf(shuffled.slice(cut))], endUs)),
        ).toBe(digest);
      }),
      { numRuns: 300 },
    );
  });

  it('keeps every statistic finite or NaN, never -0, whatever the points', () => {
    const wild = fc.array(fc.record({ timeUs: fc.maxSafeInteger(), value: fc.double() }), { maxLength: 30 });
    fc.assert(
      fc.property(wild, fc.maxSafeInteger(), (all, endUs) => {
        for (const value of uchartOf([seriesOf(all)], endUs).statistics) {
          expect(Number.isNaN(value) || (Number.isFinite(value) && !Object.is(value, -0))).toBe(true);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('finds the slope of a line through uneven instants', () => {
    const times = [0, 1, 2, 3, 50, 51, 200].map((s) => startUs + s * 1e6);
    const chart = uchartOf(
      [
        seriesOf(
          times.map((timeUs, i) => ({ timeUs, value: 7 + (0.25 * ((times[i] ?? 0) - startUs)) / 1e6 })),
        ),
      ],
      startUs + 201e6,
    );
    expect(statistic(chart, 'slope')).toBeCloseTo(0.25, 13);
  });

  it('flags what is no usable number and leaves it out', () => {
    const { points: all, endUs } = even([1, Number.NaN, 3, Number.NEGATIVE_INFINITY, 5, 1e101, 7, 9]);
    const chart = uchartOf([seriesOf(all)], endUs);
    expect(statistic(chart, 'flaggedCount')).toBe(3);
    expect(statistic(chart, 'count')).toBe(5);
    expect(statistic(chart, 'mean')).toBe(5);
    expect(statistic(chart, 'max')).toBe(9);
  });

  it('takes the largest usable value where points of one instant disagree, and counts the instant', () => {
    const at = (value: number) => ({ timeUs: startUs, value });
    const chart = uchartOf([seriesOf([at(2), at(Number.NaN), at(5), at(5)])], startUs + 1);
    expect(statistic(chart, 'mean')).toBe(5);
    expect(statistic(chart, 'conflictCount')).toBe(1);
    expect(statistic(chart, 'flaggedCount')).toBe(0);
    const partly = uchartOf([seriesOf([at(2), at(Number.NaN)])], startUs + 1);
    expect([statistic(partly, 'conflictCount'), statistic(partly, 'mean')]).toEqual([1, 2]);
    const same = uchartOf([seriesOf([at(2), at(2)])], startUs + 1);
    expect(statistic(same, 'conflictCount')).toBe(0);
  });

  it.each([
    ['none', [], 0],
    ['three in the middle', [5, 6, 7], 3 / 20],
    ['the first four', [0, 1, 2, 3], 4 / 20],
    ['the last two', [18, 19], 2 / 20],
  ])('finds missing points: %s', (_what, missing: number[], share) => {
    const { points: all, endUs } = even(Array.from({ length: 20 }, (_point, i) => i));
    const present = all
      .filter((_point, i) => !missing.includes(i))
      .map(({ timeUs, value }, i) => ({ timeUs: timeUs + (i % 2 === 0 ? -1000 : 1000), value }));
    expect(statistic(uchartOf([seriesOf(present)], endUs), 'missingShare')).toBeCloseTo(share, 12);
  });

  it('has nothing but counts for an SVID without points, and no spread for one point', () => {
    const none = uchartOf([seriesOf([])], startUs + 1);
    expect(statistic(none, 'count')).toBe(0);
    expect(statistic(none, 'missingShare')).toBe(1);
    expect(statistic(none, 'mean')).toBeNaN();
    const one = uchartOf([seriesOf([{ timeUs: startUs, value: 4 }])], startUs + 1);
    expect(statistic(one, 'mean')).toBe(4);
    expect(statistic(one, 'deviation')).toBeNaN();
  });

  it('lists SVIDs in ascending order', () => {
    const chart = uchartOf([seriesOf([], 9), seriesOf([], 2), seriesOf([], 5)], startUs + 1);
    expect(chart.svids).toEqual([2, 5, 9]);
  });
});

describe('a U-chart as bytes', () => {
  const charts = fc
    .tuple(fc.array(points, { maxLength: 4 }), fc.string({ unit: 'binary', maxLength: 20 }), fc.nat())
    .map(([all, contextId, contextSequence]): UChart => ({
      ...uchartOf(
        all.map((some, index) => seriesOf(some, 10 * index)),
        startUs + 41 * spacingUs,
      ),
      contextId,
      contextSequence,
    }));

  it('comes back as it was', () => {
    fc.assert(
      fc.property(charts, (chart) => {
        const back = decodeUChart(encodeUChart(chart));
        expect(back).toEqual(chart);
        expect(uchartDigest(back)).toBe(uchartDigest(chart));
      }),
    );
  });

  it('keeps texts that are no valid UTF-16', () => {
    const chart = { ...uchartOf([], startUs), contextId: 'a\ud800b', unit: '部品', recipe: '' };
    expect(decodeUChart(encodeUChart(chart))).toEqual(chart);
  });

  it('takes at most 170 bytes an SVID', () => {
    const { points: all, endUs } = even(Array.from({ length: 120 }, (_point, i) => Math.sin(i)));
    const chart = uchartOf(
      Array.from({ length: 10 }, (_one, s) => seriesOf(all, s)),
      endUs,
    );
    expect(encodeUChart(chart).length).toBeLessThan(1700);
  });

  it('answers damage with a typed error', () => {
    const { points: all, endUs } = even([1, 2.5, 4]);
    const blob = encodeUChart(uchartOf([seriesOf(all)], endUs));
    for (let place = 0; place < blob.length; place++) {
      const damaged = blob.slice();
      damaged[place] = (damaged[place] ?? 0) ^ 0x10;
      expect(() => decodeUChart(damaged)).toThrow(ChartCodecError);
      expect(() => decodeUChart(blob.subarray(0, place))).toThrow(ChartCodecError);
    }
  });

  it('answers anything under a right checksum with a U-chart or a typed error', () => {
    fc.assert(
      fc.property(charts, fc.nat(), fc.nat(255), (chart, place, byte) => {
        const blob = encodeUChart(chart);
        blob[2 + (place % (blob.length - 6))] = byte;
        new DataView(blob.buffer).setUint32(blob.length - 4, crc32(blob, blob.length - 4), true);
        try {
          decodeUChart(blob);
        } catch (error) {
          expect(error).toBeInstanceOf(ChartCodecError);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('refuses what it could not read back', () => {
    expect(() => encodeUChart({ ...uchartOf([], startUs), contextSequence: -1 })).toThrow(ChartCodecError);
    expect(() => encodeUChart({ ...uchartOf([], startUs), unit: 'x'.repeat(5000) })).toThrow(ChartCodecError);
  });
});

describe('uchartDigest', () => {
  it('is a safe integer that changes with the last bit of any statistic', () => {
    const { points: all, endUs } = even([1, 2.5, 4, 8]);
    const chart = uchartOf([seriesOf(all)], endUs);
    const seen = new Set([uchartDigest(chart)]);
    for (let word = 0; word < 2 * statisticNames.length; word++) {
      const copy = structuredClone(chart);
      const words = new Uint32Array(copy.statistics.buffer);
      words[word] = (words[word] ?? 0) ^ 1;
      seen.add(uchartDigest(copy));
    }
    expect([...seen].every((digest) => Number.isSafeInteger(digest))).toBe(true);
    // One quarter holds one point each, so the four deviations are NaN before and after.
    expect(seen.size).toBe(1 + 2 * (statisticNames.length - 4));
  });
});
