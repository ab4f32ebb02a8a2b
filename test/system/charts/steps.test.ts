import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Series } from '../../../system/charts/series.ts';
import { statisticOf } from '../../../system/charts/statistics.ts';
import type { StatisticName } from '../../../system/charts/statistics.ts';
import { maxSteps } from '../../../system/charts/steps.ts';
import { computeUChart, decodeUChart, encodeUChart, uchartDigest } from '../../../system/charts/uchart.ts';
import type { UChart } from '../../../system/charts/uchart.ts';

const startUs = 1_767_000_000_000_000;
const stepSvid = 7;

function at(second: number): number {
  return startUs + second * 1e6;
}

/** One point a second. */
function seriesOf(
  svid: number,
  values: readonly number[],
  seconds: readonly number[] = values.map((_v, i) => i),
): Series {
  return { svid, timesUs: Float64Array.from(seconds, at), values: Float64Array.from(values) };
}

function chartOf(series: readonly Series[], endSecond: number, withSteps = true): UChart {
  return computeUChart({
    contextId: 'c',
    unit: 'u',
    recipe: 'r',
    contextSequence: 1,
    startUs,
    endUs: at(endSecond),
    series,
    stepSvid: withSteps ? stepSvid : undefined,
  });
}

function statistic(chart: UChart, step: number, svid: number, name: StatisticName): number {
  const found = chart.steps?.find((one) => one.step === step);
  if (found === undefined) throw new Error(`no step ${step} of ${svid}`);
  return statisticOf(found, svid, name);
}

const pressure = seriesOf(3, [1, 1, 2, 4, 6, 8, 5, 5, 5, 5]);

describe('statistics by step', () => {
  it('splits a context where the step SVID changes, which may be sampled less often', () => {
    const chart = chartOf([pressure, seriesOf(stepSvid, [1, 2, 3], [0, 2, 6])], 10);
    expect(chart.steps?.map(({ step, startUs: from, endUs }) => [step, from, endUs])).toEqual([
      [1, at(0), at(2)],
      [2, at(2), at(6)],
      [3, at(6), at(10)],
    ]);
    expect(chart.steps?.map(({ svids }) => svids)).toEqual([[3], [3], [3]]);
    expect([1, 2, 3].map((step) => statistic(chart, step, 3, 'mean'))).toEqual([1, 5, 5]);
    expect([1, 2, 3].map((step) => statistic(chart, step, 3, 'count'))).toEqual([2, 4, 4]);
    expect(statistic(chart, 2, 3, 'slope')).toBeCloseTo(2, 12);
    expect(statistic(chart, 2, 3, 'area')).toBe(15);
    expect(statistic(chart, 2, 3, 'median')).toBe(5);
    expect(statistic(chart, 2, 3, 'missingShare')).toBe(0);
    expect(statistic(chart, 2, 3, 'segmentMean1')).toBeNaN();
  });

  it('leaves the statistics of the whole context as they are without steps', () => {
    const series = [pressure, seriesOf(stepSvid, [1, 2, 3], [0, 2, 6])];
    const without = chartOf(series, 10, false);
    expect(without.steps).toBeUndefined();
    const { svids, statistics } = chartOf(series, 10);
    expect({ svids, statistics }).toEqual({ svids: without.svids, statistics: without.statistics });
  });

  it('joins the visits of a step that comes back, without a bridge between them', () => {
    const chart = chartOf([pressure, seriesOf(stepSvid, [1, 2, 1], [0, 2, 6])], 10);
    expect(chart.steps?.map(({ step, startUs: from, endUs }) => [step, from, endUs])).toEqual([
      [1, at(0), at(10)],
      [2, at(2), at(6)],
    ]);
    expect(statistic(chart, 1, 3, 'count')).toBe(6);
    expect(statistic(chart, 1, 3, 'mean')).toBeCloseTo(22 / 6, 12);
    expect(statistic(chart, 1, 3, 'stepUp')).toBe(0);
    expect(statistic(chart, 1, 3, 'area')).toBe(1 + 15);
  });

  it('counts the points missing from a step in the spacing of the whole series', () => {
    const seconds = [0, 1, 2, 3, 4, 7, 8, 9, 10, 11];
    const chart = chartOf([seriesOf(3, seconds, seconds), seriesOf(stepSvid, [1, 2, 3], [0, 4, 12])], 14);
    expect(statistic(chart, 1, 3, 'missingShare')).toBe(0);
    expect(statistic(chart, 2, 3, 'missingShare')).toBeCloseTo(2 / 8, 12);
    expect(statistic(chart, 3, 3, 'missingShare')).toBe(1);
    expect(statistic(chart, 3, 3, 'mean')).toBeNaN();
  });

  it('keeps points before the first number in no step and those after the end in the last', () => {
    const chart = chartOf([pressure, seriesOf(stepSvid, [4], [3])], 5);
    expect(statistic(chart, 4, 3, 'count')).toBe(7);
    expect(chart.steps).toHaveLength(1);
  });

  it.each([
    ['the SVID is not there', [pressure]],
    ['it has no usable value', [pressure, seriesOf(stepSvid, [Number.NaN, Number.POSITIVE_INFINITY])]],
    [
      'it takes too many values',
      [
        pressure,
        seriesOf(
          stepSvid,
          Array.from({ length: maxSteps + 1 }, (_v, i) => i),
        ),
      ],
    ],
  ])('gives no steps where %s', (_why, series) => {
    expect(chartOf(series, 10).steps).toBeUndefined();
  });

  const context = fc.record({
    numbers: fc.array(fc.tuple(fc.nat(50), fc.integer({ min: 0, max: 4 })), { minLength: 1, maxLength: 12 }),
    values: fc.array(fc.tuple(fc.nat(50), fc.constantFrom(1, 2, 5, Number.NaN, -3)), { maxLength: 60 }),
  });

  it('depends on the set of points only: not on order or repetition', () => {
    fc.assert(
      fc.property(context, fc.infiniteStream(fc.nat()), ({ numbers, values }, keys) => {
        const shuffle = <T>(items: readonly T[]): T[] =>
          [...items, ...items.slice(items.length >> 1)]
            .map((item) => ({ item, key: Number(keys.next().value) }))
            .toSorted((a, b) => a.key - b.key)
            .map(({ item }) => item);
        const build = (
          n: readonly (readonly [number, number])[],
          v: readonly (readonly [number, number])[],
        ) =>
          chartOf(
            [
              seriesOf(
                stepSvid,
                n.map(([, step]) => step),
                n.map(([second]) => second),
              ),
              seriesOf(
                3,
                v.map(([, value]) => value),
                v.map(([second]) => second),
              ),
            ],
            51,
          );
        const chart = build(numbers, values);
        const again = build(shuffle(numbers), shuffle(values));
        expect(again).toEqual(chart);
        expect(uchartDigest(again)).toBe(uchartDigest(chart));
      }),
    );
  });

  it('comes back from bytes as it was, maintenance too, and a changed step changes the digest', () => {
    fc.assert(
      fc.property(
        context,
        fc.option(fc.maxSafeInteger(), { nil: undefined }),
        ({ numbers, values }, maintainedUs) => {
          const chart: UChart = {
            ...chartOf(
              [
                seriesOf(
                  stepSvid,
                  numbers.map(([, step]) => step),
                  numbers.map(([second]) => second),
                ),
                seriesOf(
                  3,
                  values.map(([, value]) => value),
                  values.map(([second]) => second),
                ),
              ],
              51,
            ),
            ...(maintainedUs === undefined ? {} : { maintainedUs }),
          };
          expect(decodeUChart(encodeUChart(chart))).toEqual(chart);
          const renamed = {
            ...chart,
            steps: chart.steps?.map((one) => ({ ...one, step: one.step + 1 })) ?? [],
          };
          expect(uchartDigest(renamed)).not.toBe(uchartDigest(chart));
        },
      ),
    );
  });
});
