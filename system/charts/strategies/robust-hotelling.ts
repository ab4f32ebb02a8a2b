import { rowOf } from '../statistics.ts';
import type { UChart } from '../uchart.ts';
import { cubeRootLimit, inContextOrder, minQualifiedContexts } from './history.ts';
import { shapeFeatures, tSquared, worstFeatures } from './hotelling.ts';
import type { HotellingModel } from './hotelling.ts';
import { chiSquareQuantile, medianOf, minimumCovariance } from './minimum-covariance.ts';
import { startupJudgement } from './monitored.ts';
import { learnRobustScores, standardScore } from './standard-scores.ts';
import type { StandardScores } from './standard-scores.ts';
import type { Judgement, Reason, Strategy } from './strategy.ts';

/** Limits of {@link robustHotelling}: `model` is undefined in the start-up phase. */
export interface RobustHotellingLimits {
  readonly strategy: 'hotelling-robust';
  /** The kinds of good contexts of each SVID (ascending), largest first: a model of that SVID alone each. */
  readonly model: readonly (readonly HotellingModel[])[] | undefined;
  readonly limitTSquared: number;
}

const FEATURES = shapeFeatures.length;
/** 99.9 % quantile of χ² with 13 degrees of freedom. */
const NOMINAL_T_SQUARED = 34.5;
/** Of the cube roots of T², which are nearly normal: far out, since of the tail itself nothing is known without labels. */
const LIMIT_SIGMAS = 4.5;
/** A context fits a kind within this normal quantile of χ², 99.9 %. */
const FITTING_SIGMAS = 3.09;
/** Fewer contexts that are alike, as a share of all, may as well be alike in what is wrong with them. */
const MIN_KIND_SHARE = 0.15;

/**
 * Hotelling's T² from a history that nobody has qualified. For each SVID the largest group of contexts that fit together is
 * taken for good, then the largest among the others (another product, a chamber of its own), as long as a group makes up
 * 15 % of all; a context is judged by the kind that it fits best. What is bad may be up to half of what no larger kind
 * explains, and fewer than 15 % of one sort.
 *
 * Source: minimum covariance determinant ({@link minimumCovariance}) after median and MAD; peeling off one group after the
 * other. The limit comes from the contexts that fit some kind, since the others prove nothing: good contexts of a rare kind
 * are false alarms. Where labels can be had, {@link hotelling} is better. Assumes that contexts are exchangeable.
 */
export const robustHotelling: Strategy = {
  name: 'hotelling-robust',
  learn(contexts): RobustHotellingLimits {
    if (contexts.length < minQualifiedContexts) {
      return { strategy: 'hotelling-robust', model: undefined, limitTSquared: NOMINAL_T_SQUARED };
    }
    const ordered = inContextOrder(contexts);
    const scores = learnRobustScores(ordered, shapeFeatures);
    const model = scores.svids.map((_svid, row) => kindsOf(ordered, scores, row));
    const fitting = ordered
      .map((context) => largestTSquared(model, context))
      .filter((score) => score <= chiSquareQuantile(FEATURES, FITTING_SIGMAS));
    // Contexts lie nearer to a fit of their own than new ones will, by about this factor.
    const optimism = (ordered.length + FEATURES) / (ordered.length - FEATURES);
    const limitTSquared = optimism * Math.max(NOMINAL_T_SQUARED, cubeRootLimit(fitting, LIMIT_SIGMAS));
    return { strategy: 'hotelling-robust', model, limitTSquared };
  },
  judge(limits, _recent, current): Judgement {
    if (limits.strategy !== 'hotelling-robust')
      throw new TypeError(`hotelling-robust cannot judge by limits of ${limits.strategy}`);
    const { model, limitTSquared } = limits;
    if (model === undefined) return startupJudgement(limitTSquared);
    const score = largestTSquared(model, current);
    const alarm = score > limitTSquared;
    const reasons = alarm ? reasonsFor(model, limitTSquared, current) : [];
    return { alarm, startup: false, score, limit: limitTSquared, reasons };
  },
};

function kindsOf(contexts: readonly UChart[], scores: StandardScores, row: number): HotellingModel[] {
  const svid = scores.svids[row] ?? 0;
  let left = contexts
    .filter((context) => rowOf(context, svid) >= 0)
    .map((context) =>
      Float64Array.from(shapeFeatures, (_feature, place) =>
        standardScore(scores, row, place, context.statistics, rowOf(context, svid)),
      ),
    );
  const leastMembers = Math.max(2 * FEATURES + 1, MIN_KIND_SHARE * left.length);
  const kinds: HotellingModel[] = [];
  while (left.length >= leastMembers) {
    const rows = new Float64Array(left.length * FEATURES);
    left.forEach((features, index) => {
      rows.set(features, index * FEATURES);
    });
    const fit = minimumCovariance(rows, FEATURES);
    // A sensor that never changes has no spread to correct for.
    const spread = medianOf(fit.distances) / chiSquareQuantile(FEATURES, 0) || 1;
    const limit = spread * chiSquareQuantile(FEATURES, FITTING_SIGMAS);
    const outside = left.filter((_features, index) => (fit.distances[index] ?? 0) > limit);
    if (kinds.length > 0 && left.length - outside.length < leastMembers) break;
    kinds.push(modelOf(scores, row, fit.location, fit.inverse, spread));
    if (outside.length === left.length) break;
    left = outside;
  }
  return kinds.length > 0 ? kinds : [modelOf(scores, row, new Float64Array(FEATURES), identity(FEATURES), 1)];
}

/** What {@link tSquared} needs, for one SVID: its centres moved to the kind's, the covariance of its standard scores. */
function modelOf(
  scores: StandardScores,
  row: number,
  location: Float64Array,
  inverse: Float64Array,
  spread: number,
): HotellingModel {
  const scales = scores.scales.slice(row * FEATURES, (row + 1) * FEATURES);
  const centres = scores.centres.slice(row * FEATURES, (row + 1) * FEATURES).map((centre, i) => {
    const scale = scales[i] ?? 1;
    return Number.isFinite(scale) ? centre + (location[i] ?? 0) * scale : centre;
  });
  const svids = scores.svids.slice(row, row + 1);
  return {
    scores: { ...scores, svids, centres, scales },
    inverses: [inverse.map((value) => value / spread)],
  };
}

function identity(size: number): Float64Array {
  return Float64Array.from({ length: size * size }, (_one, at) => (at % (size + 1) === 0 ? 1 : 0));
}

function largestTSquared(model: readonly (readonly HotellingModel[])[], context: UChart): number {
  let largest = 0;
  for (const kinds of model) largest = Math.max(largest, nearestKind(kinds, context)?.score ?? 0);
  return largest;
}

/** The kind that the context's SVID fits best; undefined where the context lacks it. */
function nearestKind(
  kinds: readonly HotellingModel[],
  context: UChart,
): { readonly kind: HotellingModel; readonly score: number } | undefined {
  let nearest: { readonly kind: HotellingModel; readonly score: number } | undefined;
  for (const kind of kinds) {
    const first = rowOf(context, kind.scores.svids[0] ?? 0);
    if (first < 0) return undefined;
    const score = tSquared(kind, 0, context.statistics, first);
    if (nearest === undefined || score < nearest.score) nearest = { kind, score };
  }
  return nearest;
}

/** For every SVID beyond the limit, what sets it apart most from the kind that it fits best. */
function reasonsFor(
  model: readonly (readonly HotellingModel[])[],
  limitTSquared: number,
  context: UChart,
): Reason[] {
  return model.flatMap((kinds) => {
    const nearest = nearestKind(kinds, context);
    if (nearest === undefined || nearest.score <= limitTSquared) return [];
    const first = rowOf(context, nearest.kind.scores.svids[0] ?? 0);
    return worstFeatures(nearest.kind, 0, context.statistics, first);
  });
}
