import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { computeStatistics, typicalGapUs } from '../../../system/charts/compute-statistics.ts';
import { statisticIndex, statisticNames } from '../../../system/charts/statistics.ts';
import type { StatisticName } from '../../../system/charts/statistics.ts';
import { StreamingStatistics } from '../../../system/charts/streaming-statistics.ts';

const startUs = 1_767_000_000_000_000;

interface Points {
  readonly timesUs: Float64Array;
  readonly values: Float64Array;
  readonly endUs: number;
}

function streamed({ timesUs, values, endUs }: Points): Float64Array {
  const streaming = new StreamingStatistics(typicalGapUs(timesUs, timesUs.length));
  streaming.enter(startUs);
  timesUs.forEach((timeUs, i) => {
    streaming.add(timeUs, values[i] ?? 0);
  });
  streaming.leave(endUs);
  const statistics = new Float64Array(statisticNames.length);
  streaming.writeTo(statistics);
  return statistics;
}

function twoPass({ timesUs, values, endUs }: Points): Float64Array {
  return computeStatistics(
    { timesUs, values, count: values.length, flaggedCount: 0, conflictCount: 0 },
    startUs,
    endUs,
  );
}

const points: fc.Arbitrary<Points> = fc
  .record({
    steps: fc.array(
      fc.tuple(fc.integer({ min: 1, max: 40_000_000 }), fc.double({ min: -1e3, max: 1e3, noNaN: true })),
      { minLength: 2, maxLength: 200 },
    ),
    offset: fc.constantFrom(0, 1, -1e4, 1e9),
    even: fc.boolean(),
  })
  .map(({ steps, offset, even }) => {
    let timeUs = startUs;
    const timesUs = Float64Array.from(steps, ([stepUs]) => (timeUs += even ? 1e7 : stepUs));
    return { timesUs, values: Float64Array.from(steps, ([, value]) => offset + value), endUs: timeUs + 1e7 };
  });

const exact: readonly StatisticName[] = [
  'count',
  'min',
  'max',
  'range',
  'median',
  'stepUp',
  'stepDown',
  'missingShare',
];

describe('the streaming form', () => {
  it('agrees with the two-pass form within the stated error', () => {
    fc.assert(
      fc.property(points, (some) => {
        const stream = streamed(some);
        const reference = twoPass(some);
        const at = (statistics: Float64Array, name: StatisticName) =>
          statistics[statisticIndex[name]] ?? Number.NaN;
        const size = some.values.reduce((most, value) => Math.max(most, Math.abs(value)), 1);
        const seconds = ((some.timesUs.at(-1) ?? 0) - (some.timesUs[0] ?? 0)) / 1e6;
        const shortestS = some.timesUs
          .slice(1)
          .reduce((least, timeUs, i) => Math.min(least, (timeUs - (some.timesUs[i] ?? 0)) / 1e6), Infinity);
        for (const name of exact) expect(at(stream, name), name).toBe(at(reference, name));
        const within = (name: StatisticName, error: number) => {
          expect(Math.abs(at(stream, name) - at(reference, name)), name).toBeLessThanOrEqual(error);
        };
        within('mean', 1e-12 * size);
        within('deviation', 1e-12 * size);
        within('area', 1e-12 * size * seconds);
        within('slope', (1e-11 * size) / shortestS);
      }),
      { numRuns: 500 },
    );
  });

  it('keeps to it over ten thousand points far from zero', () => {
    const count = 10_000;
    const values = Float64Array.from({ length: count }, (_value, i) => 1e9 + (i % 2 === 0 ? 0.1 : 0.3));
    const timesUs = Float64Array.from(values, (_value, i) => startUs + i * 1000);
    const stream = streamed({ timesUs, values, endUs: startUs + count * 1000 });
    const reference = twoPass({ timesUs, values, endUs: startUs + count * 1000 });
    for (const name of ['mean', 'deviation'] as const) {
      const error = (stream[statisticIndex[name]] ?? 0) - (reference[statisticIndex[name]] ?? 0);
      expect(Math.abs(error)).toBeLessThanOrEqual(1e-12 * 1e9);
    }
  });

  it('has nothing to say without points, and no spread of one', () => {
    const none = streamed({ timesUs: new Float64Array(), values: new Float64Array(), endUs: startUs });
    expect(none[statisticIndex.count]).toBe(0);
    expect(none[statisticIndex.mean]).toBeNaN();
    const one = streamed({
      timesUs: Float64Array.of(startUs),
      values: Float64Array.of(4),
      endUs: startUs + 1,
    });
    expect([one[statisticIndex.mean], one[statisticIndex.median]]).toEqual([4, 4]);
    expect(one[statisticIndex.deviation]).toBeNaN();
  });

  it('does not join two stretches: neither step nor area nor gap between them', () => {
    const streaming = new StreamingStatistics(1e6);
    streaming.enter(startUs);
    for (const [i, value] of [1, 1, 1].entries()) streaming.add(startUs + i * 1e6, value);
    streaming.leave(startUs + 3e6);
    streaming.enter(startUs + 100e6);
    for (const [i, value] of [9, 9].entries()) streaming.add(startUs + (100 + i) * 1e6, value);
    streaming.leave(startUs + 102e6);
    const statistics = new Float64Array(statisticNames.length);
    streaming.writeTo(statistics);
    const found = Object.fromEntries(statisticNames.map((name, i) => [name, statistics[i]]));
    expect(found).toMatchObject({ count: 5, area: 2 + 9, stepUp: 0, missingShare: 0, range: 8 });
  });
});

/** NIST Statistical Reference Datasets, univariate and linear: certified to 15 digits. */
describe('certified values of NIST', () => {
  const michelson = [
    299.85, 299.74, 299.9, 300.07, 299.93, 299.85, 299.95, 299.98, 299.98, 299.88, 300, 299.98, 299.93,
    299.65, 299.76, 299.81, 300, 300, 299.96, 299.96, 299.96, 299.94, 299.96, 299.94, 299.88, 299.8, 299.85,
    299.88, 299.9, 299.84, 299.83, 299.79, 299.81, 299.88, 299.88, 299.83, 299.8, 299.79, 299.76, 299.8,
    299.88, 299.88, 299.88, 299.86, 299.72, 299.72, 299.62, 299.86, 299.97, 299.95, 299.88, 299.91, 299.85,
    299.87, 299.84, 299.84, 299.85, 299.84, 299.84, 299.84, 299.89, 299.81, 299.81, 299.82, 299.8, 299.77,
    299.76, 299.74, 299.75, 299.76, 299.91, 299.92, 299.89, 299.86, 299.88, 299.72, 299.84, 299.85, 299.85,
    299.78, 299.89, 299.84, 299.78, 299.81, 299.76, 299.81, 299.79, 299.81, 299.82, 299.85, 299.87, 299.87,
    299.81, 299.74, 299.81, 299.94, 299.95, 299.8, 299.81, 299.87,
  ];
  const alternating = (base: number) => [
    base + 0.2,
    ...Array.from({ length: 1000 }, (_value, i) => base + (i % 2 === 0 ? 0.1 : 0.3)),
  ];
  test.each([
    ['Michelso', michelson, 299.8524, 0.0790105478190518, 1e-13],
    ['NumAcc1', [10_000_001, 10_000_003, 10_000_002], 10_000_002, 1, 0],
    ['NumAcc2', alternating(1), 1.2, 0.1, 1e-14],
    ['NumAcc3', alternating(1_000_000), 1_000_000.2, 0.1, 1e-9],
    ['NumAcc4', alternating(10_000_000), 10_000_000.2, 0.1, 1e-8],
  ])('%s: mean and standard deviation', (_name, values, mean, deviation, error) => {
    const timesUs = Float64Array.from(values, (_value, i) => startUs + i * 1e6);
    const some = { timesUs, values: Float64Array.from(values), endUs: startUs + values.length * 1e6 };
    for (const statistics of [twoPass(some), streamed(some)]) {
      expect(Math.abs((statistics[statisticIndex.mean] ?? 0) / mean - 1)).toBeLessThan(1e-14);
      expect(Math.abs((statistics[statisticIndex.deviation] ?? 0) - deviation)).toBeLessThanOrEqual(error);
    }
  });

  test('Norris: the slope of a line, with x as seconds', () => {
    const norris: readonly (readonly [x: number, y: number])[] = [
      [0.2, 0.1],
      [337.4, 338.8],
      [118.2, 118.1],
      [884.6, 888],
      [10.1, 9.2],
      [226.5, 228.1],
      [666.3, 668.5],
      [996.3, 998.5],
      [448.6, 449.1],
      [777, 778.9],
      [558.2, 559.2],
      [0.4, 0.3],
      [0.6, 0.1],
      [775.5, 778.1],
      [666.9, 668.8],
      [338, 339.3],
      [447.5, 448.9],
      [11.6, 10.8],
      [556, 557.7],
      [228.1, 228.3],
      [995.8, 998],
      [887.6, 888.8],
      [120.2, 119.6],
      [0.3, 0.3],
      [0.3, 0.6],
      [556.8, 557.6],
      [339.1, 339.3],
      [887.2, 888],
      [999, 998.5],
      [779, 778.9],
      [11.1, 10.2],
      [118.3, 117.6],
      [229.2, 228.9],
      [669.1, 668.4],
      [448.9, 449.2],
      [0.5, 0.2],
    ];
    const ordered = norris.toSorted((left, right) => left[0] - right[0]);
    const some = {
      timesUs: Float64Array.from(ordered, ([x]) => startUs + Math.round(x * 1e6)),
      values: Float64Array.from(ordered, ([, y]) => y),
      endUs: startUs + 1e9,
    };
    for (const statistics of [twoPass(some), streamed(some)]) {
      expect(statistics[statisticIndex.slope]).toBeCloseTo(1.00211681802045, 11);
    }
  });
});
