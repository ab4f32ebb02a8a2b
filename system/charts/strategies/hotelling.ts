import { rowOf } from '../statistics.ts';
import type { StatisticName } from '../statistics.ts';
import type { UChart } from '../uchart.ts';
import { cubeRootLimit, tailLimit, heldOutScores, inContextOrder, minQualifiedContexts } from './history.ts';
import { invertPositiveDefinite } from './matrix.ts';
import { startupJudgement } from './monitored.ts';
import { learnStandardScores } from './standard-scores.ts';
import type { StandardScores } from './standard-scores.ts';
import type { Judgement, Reason, Strategy } from './strategy.ts';

/** Limits of {@link hotelling}: `model` is undefined in the start-up phase. */
export interface HotellingLimits {
  readonly strategy: 'hotelling';
  readonly model: HotellingModel | undefined;
  readonly limitTSquared: number;
}

/** One inverse covariance matrix of the standard scores (features × features, row-major) for each SVID of `scores`. */
export interface HotellingModel {
  readonly scores: StandardScores;
  readonly inverses: readonly Float64Array[];
}

/** What T² looks at: the shape of a trace. */
export const shapeFeatures: readonly StatisticName[] = [
  'segmentMean1',
  'segmentMean2',
  'segmentMean3',
  'segmentMean4',
  'segmentDeviation1',
  'segmentDeviation2',
  'segmentDeviation3',
  'segmentDeviation4',
  'min',
  'max',
  'slope',
  'stepUp',
  'stepDown',
];
const FEATURES = shapeFeatures.length;
/** 99.9 % quantile of χ² with 13 degrees of freedom, the limit for normal features and an endless history. */
const NOMINAL_T_SQUARED = 34.5;
/** Share of good contexts that may exceed the limit; leaves room for the other strategies below 2 %. */
const FALSE_ALARM_SHARE = 0.01;
/** 1 in 6,000. Below some 100 contexts the tail alone would often give limits that nothing ever exceeds. */
const FARTHEST_SIGMAS = 3.6;
const MAX_REASONS = 3;
const REASON_SIGMAS = 3;

const z = new Float64Array(FEATURES);

/**
 * Hotelling's T² over the shape of each SVID's trace (means and deviations of the four quarters, extremes, slope, largest
 * steps): an alarm where the features do not fit together, even if each alone would pass. The score is the largest T² of
 * any SVID.
 *
 * Source: H. Hotelling, Multivariate Quality Control (1947). Correlations are shrunk towards none by p / (p + 2 n), with p
 * features and n contexts: strong while the history is short, 2 % at 300 contexts (after O. Ledoit and M. Wolf, 2004, with
 * a fixed weight). Real features have heavier tails than the F distribution allows for, so the limit comes from held-out
 * qualified contexts ({@link tailLimit}), never below χ²'s nor beyond what their bulk makes credible. Assumes that contexts are exchangeable.
 */
export const hotelling: Strategy = {
  name: 'hotelling',
  learn(qualified): HotellingLimits {
    if (qualified.length < minQualifiedContexts) {
      return { strategy: 'hotelling', model: undefined, limitTSquared: NOMINAL_T_SQUARED };
    }
    const ordered = inContextOrder(qualified);
    const scores = heldOutScores(ordered, learnModel, largestTSquared);
    return {
      strategy: 'hotelling',
      model: learnModel(ordered),
      limitTSquared: Math.max(
        NOMINAL_T_SQUARED,
        Math.min(
          tailLimit(scores, FALSE_ALARM_SHARE, NOMINAL_T_SQUARED),
          cubeRootLimit(scores, FARTHEST_SIGMAS),
        ),
      ),
    };
  },
  judge(limits, _recent, current): Judgement {
    if (limits.strategy !== 'hotelling')
      throw new TypeError(`hotelling cannot judge by limits of ${limits.strategy}`);
    const { model, limitTSquared } = limits;
    if (model === undefined) return startupJudgement(limitTSquared);
    const score = largestTSquared(model, current);
    const alarm = score > limitTSquared;
    const reasons = alarm ? reasonsFor(model, limitTSquared, current) : [];
    return { alarm, startup: false, score, limit: limitTSquared, reasons };
  },
};

function learnModel(contexts: readonly UChart[]): HotellingModel {
  const scores = learnStandardScores(contexts, shapeFeatures);
  const inverses = scores.svids.map((svid, row) => {
    const sums = new Float64Array(FEATURES * FEATURES);
    let count = 0;
    for (const context of contexts) {
      const first = rowOf(context, svid);
      if (first < 0) continue;
      count++;
      fillScores(scores, row, context.statistics, first);
      for (let i = 0; i < FEATURES; i++) {
        const own = z[i] ?? 0;
        const line = i * FEATURES;
        for (let j = 0; j <= i; j++) sums[line + j] = (sums[line + j] ?? 0) + own * (z[j] ?? 0);
      }
    }
    const shrinkage = FEATURES / (FEATURES + 2 * count);
    for (let i = 0; i < FEATURES; i++) {
      for (let j = 0; j < i; j++) {
        const shrunk = ((1 - shrinkage) * (sums[i * FEATURES + j] ?? 0)) / (count - 1);
        sums[i * FEATURES + j] = shrunk;
        sums[j * FEATURES + i] = shrunk;
      }
      sums[i * FEATURES + i] = 1;
    }
    return invertPositiveDefinite(sums, FEATURES);
  });
  return { scores, inverses };
}

function fillScores(scores: StandardScores, row: number, statistics: Float64Array, first: number): void {
  const { columns, centres, scales } = scores;
  const line = row * FEATURES;
  for (let place = 0; place < FEATURES; place++) {
    const value = statistics[first + (columns[place] ?? 0)] ?? 0;
    const score = (value - (centres[line + place] ?? 0)) / (scales[line + place] ?? 1);
    z[place] = score === score ? score : 0;
  }
}

function largestTSquared(model: HotellingModel, context: UChart): number {
  let largest = 0;
  for (let row = 0; row < model.scores.svids.length; row++) {
    const first = rowOf(context, model.scores.svids[row] ?? 0);
    if (first >= 0) largest = Math.max(largest, tSquared(model, row, context.statistics, first));
  }
  return largest;
}

/** T² of one SVID; `first` is where its statistics begin ({@link rowOf}). */
export function tSquared(
  model: HotellingModel,
  row: number,
  statistics: Float64Array,
  first: number,
): number {
  fillScores(model.scores, row, statistics, first);
  let sum = 0;
  for (let i = 0; i < FEATURES; i++) sum += (z[i] ?? 0) * weighted(model, row, i);
  return sum;
}

/** Row `i` of inverse × z: how far feature `i` lies from what the others predict, over the variance of that prediction. */
function weighted(model: HotellingModel, row: number, i: number): number {
  const inverse = model.inverses[row];
  let sum = 0;
  for (let j = 0; j < FEATURES; j++) sum += (inverse?.[i * FEATURES + j] ?? 0) * (z[j] ?? 0);
  return sum;
}

function reasonsFor(model: HotellingModel, limitTSquared: number, context: UChart): Reason[] {
  const reasons: Reason[] = [];
  model.scores.svids.forEach((svid, row) => {
    const first = rowOf(context, svid);
    if (first < 0 || tSquared(model, row, context.statistics, first) <= limitTSquared) return;
    reasons.push(...worstFeatures(model, row, context.statistics, first));
  });
  return reasons;
}

/** The features of an SVID that fit worst to the others, with the band (three sigmas) in which the others would have them. */
export function worstFeatures(
  model: HotellingModel,
  row: number,
  statistics: Float64Array,
  first: number,
): Reason[] {
  fillScores(model.scores, row, statistics, first);
  const svid = model.scores.svids[row] ?? 0;
  const candidates = shapeFeatures.map((statistic, i) => {
    const precision = model.inverses[row]?.[i * FEATURES + i] ?? 1;
    const scale = model.scores.scales[row * FEATURES + i] ?? 1;
    const value = statistics[first + (model.scores.columns[i] ?? 0)] ?? Number.NaN;
    const expected = value - (weighted(model, row, i) / precision) * scale;
    const reach = (REASON_SIGMAS * scale) / Math.sqrt(precision);
    const misfit = Math.abs(weighted(model, row, i)) / Math.sqrt(precision);
    const reason = { svid, statistic, value, low: expected - reach, high: expected + reach };
    return { misfit, reason };
  });
  return candidates
    .filter(({ reason }) => Number.isFinite(reason.low))
    .sort((left, right) => right.misfit - left.misfit)
    .slice(0, MAX_REASONS)
    .map(({ reason }) => reason);
}
