import { rowOf } from '../statistics.ts';
import { medianInPlace } from '../select.ts';
import { statisticIndex } from '../statistics.ts';
import type { StatisticName } from '../statistics.ts';
import type { UChart } from '../uchart.ts';

/** A spread below this part of what one context spans is rounding, not process. */
const MIN_SHARE_OF_RANGE = 1e-6;
const MIN_SHARE_OF_CENTRE = 1e-9;
const DEVIATIONS_PER_MAD = 1.4826;

/**
 * Centre and scale of chosen statistics of each SVID over the qualified contexts: row-major, one row an SVID (ascending),
 * one column a statistic. A statistic that was not defined often enough has scale `Infinity` and so never counts.
 */
export interface StandardScores {
  readonly svids: readonly number[];
  readonly statistics: readonly StatisticName[];
  /** {@link statisticIndex} of each column. */
  readonly columns: readonly number[];
  readonly centres: Float64Array;
  readonly scales: Float64Array;
}

/** Learns mean and standard deviation from at least two contexts. SVIDs are those that at least half of the contexts have. */
export function learnStandardScores(
  contexts: readonly UChart[],
  statistics: readonly StatisticName[],
): StandardScores {
  return learnScores(contexts, statistics, spreadOf);
}

/** The same with median and MAD (× 1.4826, a standard deviation's worth), which a quarter of bad contexts hardly moves. */
export function learnRobustScores(
  contexts: readonly UChart[],
  statistics: readonly StatisticName[],
): StandardScores {
  return learnScores(contexts, statistics, robustSpreadOf);
}

function learnScores(
  contexts: readonly UChart[],
  statistics: readonly StatisticName[],
  spreadOfColumn: (values: Float64Array) => Spread,
): StandardScores {
  const contextsBySvid = new Map<number, number>();
  for (const context of contexts) {
    for (const svid of context.svids) contextsBySvid.set(svid, (contextsBySvid.get(svid) ?? 0) + 1);
  }
  const svids = [...contextsBySvid.keys()]
    .filter((svid) => 2 * (contextsBySvid.get(svid) ?? 0) >= contexts.length)
    .sort((a, b) => a - b);
  const columns = statistics.map((name) => statisticIndex[name]);
  const centres = new Float64Array(svids.length * columns.length);
  const scales = new Float64Array(svids.length * columns.length);
  const scratch = new Float64Array(contexts.length);
  svids.forEach((svid, row) => {
    const firsts = contexts.map((context) => rowOf(context, svid));
    const valuesOf = (column: number): Float64Array => {
      let count = 0;
      for (let place = 0; place < contexts.length; place++) {
        const first = firsts[place] ?? -1;
        if (first >= 0) scratch[count++] = contexts[place]?.statistics[first + column] ?? Number.NaN;
      }
      return scratch.subarray(0, count);
    };
    const typicalRange = spreadOfColumn(valuesOf(statisticIndex.range)).centre;
    columns.forEach((column, place) => {
      const { centre, deviation, count } = spreadOfColumn(valuesOf(column));
      const at = row * columns.length + place;
      const floor = Math.max(
        MIN_SHARE_OF_RANGE * typicalRange,
        MIN_SHARE_OF_CENTRE * Math.abs(centre),
        1e-100,
      );
      centres[at] = centre;
      scales[at] = 2 * count < contexts.length ? Number.POSITIVE_INFINITY : Math.max(deviation, floor);
    });
  });
  return { svids, statistics, columns, centres, scales };
}

/** How many scales from its centre; 0 for a statistic that is not defined. `first` is where the SVID's statistics begin ({@link rowOf}). */
export function standardScore(
  model: StandardScores,
  row: number,
  place: number,
  statistics: Float64Array,
  first: number,
): number {
  const at = row * model.columns.length + place;
  const value = statistics[first + (model.columns[place] ?? 0)] ?? 0;
  const score = (value - (model.centres[at] ?? 0)) / (model.scales[at] ?? 1);
  return score === score ? score : 0;
}

interface Spread {
  readonly centre: number;
  readonly deviation: number;
  /** Values that are defined. */
  readonly count: number;
}

function spreadOf(values: Float64Array): Spread {
  let count = 0;
  let sum = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i] ?? 0;
    if (!Number.isFinite(value)) continue;
    count++;
    sum += value;
  }
  if (count === 0) return { centre: 0, deviation: 0, count };
  const centre = sum / count;
  let squares = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i] ?? 0;
    if (Number.isFinite(value)) squares += (value - centre) * (value - centre);
  }
  return { centre, deviation: count > 1 ? Math.sqrt(squares / (count - 1)) : 0, count };
}

function robustSpreadOf(values: Float64Array): Spread {
  const column = values.filter((value) => Number.isFinite(value));
  const count = column.length;
  if (count === 0) return { centre: 0, deviation: 0, count };
  const centre = medianInPlace(column, count);
  for (let i = 0; i < count; i++) column[i] = Math.abs((column[i] ?? 0) - centre);
  return { centre, deviation: DEVIATIONS_PER_MAD * medianInPlace(column, count), count };
}
