import { rowOf } from '../statistics.ts';
import type { StatisticName } from '../statistics.ts';
import type { UChart } from '../uchart.ts';
import { tailLimit, heldOutScores, inContextOrder, minQualifiedContexts } from './history.ts';
import { invertPositiveDefinite } from './matrix.ts';
import { chiSquareQuantile, medianOf, minimumCovariance } from './minimum-covariance.ts';
import { startupJudgement } from './monitored.ts';
import { learnRobustScores, learnStandardScores, standardScore } from './standard-scores.ts';
import type { StandardScores } from './standard-scores.ts';
import type { Judgement, Reason, Strategy } from './strategy.ts';

/** Limits of {@link hotelling} and {@link robustHotelling}: `model` is undefined in the start-up phase. */
export interface HotellingLimits {
  readonly strategy: 'hotelling' | 'hotelling-robust';
  readonly model: HotellingModel | undefined;
  readonly limitTSquared: number;
}

/** One inverse covariance matrix of the standard scores (features × features, row-major) for each SVID of `scores`. */
interface HotellingModel {
  readonly scores: StandardScores;
  readonly inverses: readonly Float64Array[];
}

const shapeFeatures: readonly StatisticName[] = [
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
/** Without labels a context counts as one of the majority within this normal quantile of χ², 99.9 %. */
const FITTING_SIGMAS = 3.09;
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
export const hotelling: Strategy = hotellingStrategy('hotelling', learnQualified);

/**
 * The same T², from a history that nobody has qualified: centre and covariance of each SVID are those of its majority, so that
 * up to a quarter of the contexts may be bad without hiding themselves or others.
 *
 * Source: minimum covariance determinant ({@link minimumCovariance}) after median and MAD. The limit comes from the contexts
 * that fit, since the others prove nothing: the false alarms of good contexts that are of another kind than the majority
 * (another product, a chamber of its own) are not bounded by it. Assumes one kind of good context a recipe; where labels
 * can be had, {@link hotelling} needs no such assumption.
 */
export const robustHotelling: Strategy = hotellingStrategy('hotelling-robust', learnUnqualified);

function hotellingStrategy(
  name: HotellingLimits['strategy'],
  learn: (ordered: readonly UChart[]) => Omit<HotellingLimits, 'strategy'>,
): Strategy {
  return {
    name,
    learn(qualified): HotellingLimits {
      if (qualified.length < minQualifiedContexts) {
        return { strategy: name, model: undefined, limitTSquared: NOMINAL_T_SQUARED };
      }
      return { strategy: name, ...learn(inContextOrder(qualified)) };
    },
    judge(limits, _recent, current): Judgement {
      if (limits.strategy !== name)
        throw new TypeError(`${name} cannot judge by limits of ${limits.strategy}`);
      const { model, limitTSquared } = limits;
      if (model === undefined) return startupJudgement(limitTSquared);
      const score = largestTSquared(model, current);
      const alarm = score > limitTSquared;
      const reasons = alarm ? reasonsFor(model, limitTSquared, current) : [];
      return { alarm, startup: false, score, limit: limitTSquared, reasons };
    },
  };
}

function learnQualified(ordered: readonly UChart[]): Omit<HotellingLimits, 'strategy'> {
  const scores = heldOutScores(ordered, learnModel, largestTSquared);
  return {
    model: learnModel(ordered),
    limitTSquared: Math.min(tailLimit(scores, FALSE_ALARM_SHARE, NOMINAL_T_SQUARED), farthestLimit(scores)),
  };
}

/** Beyond this no history is evidence for a limit: cube roots of T² are nearly normal (Wilson and Hilferty, 1931). */
function farthestLimit(scores: readonly number[]): number {
  const roots = scores.map((score) => Math.cbrt(score));
  const mean = roots.reduce((sum, root) => sum + root, 0) / roots.length;
  const squares = roots.reduce((sum, root) => sum + (root - mean) * (root - mean), 0);
  const farthest = (mean + FARTHEST_SIGMAS * Math.sqrt(squares / (roots.length - 1))) ** 3;
  return Math.max(NOMINAL_T_SQUARED, farthest);
}

function learnUnqualified(ordered: readonly UChart[]): Omit<HotellingLimits, 'strategy'> {
  const model = learnRobustModel(ordered);
  const scores = ordered.map((context) => largestTSquared(model, context));
  const typical = medianOf(Float64Array.from(scores)) / chiSquareQuantile(FEATURES, 0);
  const fitting = scores.filter((score) => score <= typical * chiSquareQuantile(FEATURES, FITTING_SIGMAS));
  // Contexts lie nearer to a fit of their own than new ones will, by about this factor.
  const optimism = (ordered.length + FEATURES) / (ordered.length - FEATURES);
  return { model, limitTSquared: optimism * tailLimit(fitting, FALSE_ALARM_SHARE, NOMINAL_T_SQUARED) };
}

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
        for (let j = 0; j <= i; j++)
          sums[i * FEATURES + j] = (sums[i * FEATURES + j] ?? 0) + (z[i] ?? 0) * (z[j] ?? 0);
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

function learnRobustModel(contexts: readonly UChart[]): HotellingModel {
  const scores = learnRobustScores(contexts, shapeFeatures);
  const centres = scores.centres.slice();
  const inverses = scores.svids.map((svid, row) => {
    const having = contexts.filter((context) => rowOf(context, svid) >= 0);
    const rows = new Float64Array(having.length * FEATURES);
    for (const [index, context] of having.entries()) {
      fillScores(scores, row, context.statistics, rowOf(context, svid));
      rows.set(z, index * FEATURES);
    }
    // Too few for a covariance of their own: the features count one by one.
    if (having.length <= 2 * FEATURES) return identity(FEATURES);
    const fit = minimumCovariance(rows, FEATURES);
    // A sensor that never changes has no spread to correct for.
    const spread = medianOf(fit.distances) / chiSquareQuantile(FEATURES, 0) || 1;
    for (let i = 0; i < FEATURES; i++) {
      const at = row * FEATURES + i;
      const scale = scores.scales[at] ?? 1;
      if (Number.isFinite(scale)) centres[at] = (centres[at] ?? 0) + (fit.location[i] ?? 0) * scale;
    }
    return fit.inverse.map((value) => value / spread);
  });
  return { scores: { ...scores, centres }, inverses };
}

function identity(size: number): Float64Array {
  return Float64Array.from({ length: size * size }, (_one, at) => (at % (size + 1) === 0 ? 1 : 0));
}

function fillScores(scores: StandardScores, row: number, statistics: Float64Array, first: number): void {
  for (let place = 0; place < FEATURES; place++)
    z[place] = standardScore(scores, row, place, statistics, first);
}

function largestTSquared(model: HotellingModel, context: UChart): number {
  let largest = 0;
  for (let row = 0; row < model.scores.svids.length; row++) {
    const first = rowOf(context, model.scores.svids[row] ?? 0);
    if (first >= 0) largest = Math.max(largest, tSquared(model, row, context.statistics, first));
  }
  return largest;
}

function tSquared(model: HotellingModel, row: number, statistics: Float64Array, first: number): number {
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

/**
 * For every SVID beyond the limit, the features that fit worst to the others, with the band (three sigmas) in which the
 * others would have them.
 */
function reasonsFor(model: HotellingModel, limitTSquared: number, context: UChart): Reason[] {
  const reasons: Reason[] = [];
  model.scores.svids.forEach((svid, row) => {
    const first = rowOf(context, svid);
    if (first < 0 || tSquared(model, row, context.statistics, first) <= limitTSquared) return;
    const candidates = shapeFeatures.map((statistic, i) => {
      const precision = model.inverses[row]?.[i * FEATURES + i] ?? 1;
      const scale = model.scores.scales[row * FEATURES + i] ?? 1;
      const value = context.statistics[first + (model.scores.columns[i] ?? 0)] ?? Number.NaN;
      const expected = value - (weighted(model, row, i) / precision) * scale;
      const reach = (REASON_SIGMAS * scale) / Math.sqrt(precision);
      const misfit = Math.abs(weighted(model, row, i)) / Math.sqrt(precision);
      return { misfit, reason: { svid, statistic, value, low: expected - reach, high: expected + reach } };
    });
    const worst = candidates
      .filter(({ reason }) => Number.isFinite(reason.low))
      .sort((a, b) => b.misfit - a.misfit)
      .slice(0, MAX_REASONS);
    for (const { reason } of worst) reasons.push(reason);
  });
  return reasons;
}
