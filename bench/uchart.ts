import { SqliteHistoryCache } from '../system/adapters/cache/sqlite-history-cache.ts';
import { allStrategies, defaultStrategies, judgeAll, learnAll } from '../system/charts/strategies/defence.ts';
import { computeUChart, decodeUChart, encodeUChart, uchartDigest } from '../system/charts/uchart.ts';
import type { UChart, UChartInput } from '../system/charts/uchart.ts';
import { MapHistoryCache } from '../system/defender/cache/history-cache.ts';
import type { HistoryCache } from '../system/defender/cache/history-cache.ts';
import { withEntry } from '../system/defender/processing/history.ts';
import type { HistoryEntry } from '../system/defender/processing/history.ts';
import { RandomStream } from '../sim/kernel/index.ts';

const contexts = 100;
const svids = 10;
const points = 120;
const stepSvid = 0;
const contextUs = 1.2e9;
const rounds = 7;
const historyLength = 20;

/** A ramp and a plateau with noise, as the reference workload has them; SVID 0 tells one of eight steps. */
function inputOf(sequence: number): UChartInput {
  const random = new RandomStream(1n, 'bench/uchart', sequence);
  const startUs = 1.767e15 + sequence * contextUs;
  const timesUs = Float64Array.from({ length: points }, (_time, i) => startUs + (i * contextUs) / points);
  const series = Array.from({ length: svids }, (_one, svid) => ({
    svid,
    timesUs,
    values: Float64Array.from({ length: points }, (_value, i) =>
      svid === stepSvid ? Math.floor((8 * i) / points) : Math.min(1, i / 20) * 5 + 0.1 * random.normal(),
    ),
  }));
  return {
    contextId: `bench/${sequence}`,
    unit: 'bench',
    recipe: 'bench',
    contextSequence: sequence + 1,
    startUs,
    endUs: startUs + contextUs,
    series,
  };
}

/** Microseconds of one call, the best of some rounds over all contexts. */
function microseconds(act: (index: number) => void): number {
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < rounds; round++) {
    const startMs = performance.now();
    for (let index = 0; index < contexts; index++) act(index);
    best = Math.min(best, ((performance.now() - startMs) * 1000) / contexts);
  }
  return best;
}

/** A unit's history of 20 contexts found, moved on by one context and put back. */
function cacheMicroseconds(cache: HistoryCache, charts: readonly UChart[]): number {
  const entries = charts.map((chart): HistoryEntry => {
    const { contextSequence, endUs } = chart;
    const bytes = encodeUChart(chart).length;
    return {
      contextSequence,
      previousSequence: contextSequence - 1,
      endUs,
      chart,
      bytes,
      provisional: false,
    };
  });
  for (let unit = 0; unit < contexts; unit++) {
    cache.put(`tool-${unit}`, `tool-${unit}`, entries.slice(0, historyLength));
  }
  let next = historyLength - 1;
  return microseconds((index) => {
    if (index === 0) next++;
    const unit = `tool-${index}`;
    const entry = entries[next];
    if (entry !== undefined) cache.put(unit, unit, withEntry(cache.get(unit) ?? [], entry, historyLength));
  });
}

/** U-charts, strategies and caches: microseconds a context of 10 SVIDs × 120 points. */
export function benchUCharts(): (readonly string[])[] {
  const inputs = Array.from({ length: contexts }, (_one, sequence) => inputOf(sequence));
  const charts = inputs.map(computeUChart);
  const blobs = charts.map(encodeUChart);
  const limits = learnAll(defaultStrategies, charts);
  const recent = charts.slice(0, historyLength);
  const current = (index: number): UChart => charts[index] ?? computeUChart(inputOf(index));
  const figures: (readonly [label: string, us: number])[] = [
    ['statistics', microseconds((index) => computeUChart(inputs[index] ?? inputOf(index)))],
    [
      'statistics, with eight steps',
      microseconds((index) => computeUChart({ ...(inputs[index] ?? inputOf(index)), stepSvid })),
    ],
    ['to bytes', microseconds((index) => encodeUChart(current(index)))],
    ['from bytes', microseconds((index) => decodeUChart(blobs[index] ?? new Uint8Array()))],
    ['digest', microseconds((index) => uchartDigest(current(index)))],
    [
      'judged by the default',
      microseconds((index) => judgeAll(defaultStrategies, limits, recent, current(index))),
    ],
    ...allStrategies.map((strategy) => {
      const own = learnAll([strategy], charts);
      return [
        `judged by ${strategy.name}`,
        microseconds((index) => judgeAll([strategy], own, recent, current(index))),
      ] as const;
    }),
    ['history cache, map', cacheMicroseconds(new MapHistoryCache(100e6), charts)],
    ['history cache, SQLite', cacheMicroseconds(new SqliteHistoryCache(100e6), charts)],
  ];
  return figures.map(([label, us]) => [label, `${us.toFixed(1)} µs`]);
}
