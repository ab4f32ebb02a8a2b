import type { UChart } from '../uchart.ts';
import { inContextOrder, minQualifiedContexts, replayedScores, tailLimit } from './history.ts';
import { reasonAt, sequenceStatistics, startupJudgement } from './monitored.ts';
import { visitSequences } from './sequence-scores.ts';
import { learnStandardScores } from './standard-scores.ts';
import type { StandardScores } from './standard-scores.ts';
import type { Judgement, Reason, Strategy } from './strategy.ts';

/** Limits of {@link cusum}: `model` is undefined in the start-up phase. */
export interface CusumLimits {
  readonly strategy: 'cusum';
  readonly model: StandardScores | undefined;
  /** Reference value K, in standard deviations of one context. */
  readonly referenceSigmas: number;
  /** Decision interval H, in the same unit. */
  readonly limitSigmas: number;
}

/** Reference value K: half of the shift, in sigmas, that is to be found soonest. */
const REFERENCE_SIGMAS = 0.5;
const MAX_CONTEXTS = 21;
const MIN_RECENT = 3;
/** One context counts at most this much: single outliers are for the other strategies. */
const CLIP_SIGMAS = 3;
const FALSE_ALARM_SHARE = 0.0027;

/**
 * Two-sided tabular CUSUM of mean, deviation and slope of every SVID: an alarm on a lasting shift of about one sigma.
 *
 * Source: E. S. Page, Continuous Inspection Schemes (1954); K = 0.5, more by 1 / √n
 * where n contexts leave the centre uncertain. H is chosen by D. Siegmund's approximation (1985) so that
 * all charts together hold 0.27 % false alarms a context (one chart: H = 4.8; the textbook's 5 gives one in 465), wider
 * where the qualified contexts, replayed unit by unit, need it. The sums start at zero 20 contexts back, since a judgement
 * depends on that much history and nothing else. A sum beyond H goes on from H, and a context that does not itself add to
 * a sum is not judged by it, so the alarms end with the shift. Each context is clipped at three sigmas. Assumes independent contexts of one unit in time
 * order; with fewer than three recent ones it does not judge (`startup`).
 */
export const cusum: Strategy = {
  name: 'cusum',
  learn(qualified): CusumLimits {
    if (qualified.length < minQualifiedContexts) {
      return {
        strategy: 'cusum',
        model: undefined,
        referenceSigmas: REFERENCE_SIGMAS,
        limitSigmas: decisionInterval(1 / FALSE_ALARM_SHARE),
      };
    }
    const ordered = inContextOrder(qualified);
    const referenceSigmas = REFERENCE_SIGMAS + 1 / Math.sqrt(ordered.length);
    const model = learnStandardScores(ordered, sequenceStatistics);
    const nominal = decisionInterval(Math.max(1, model.centres.length) / FALSE_ALARM_SHARE);
    const scores = replayedScores(ordered, MAX_CONTEXTS, MIN_RECENT, (recent, current) =>
      largestSum(model, referenceSigmas, recent, current, Number.POSITIVE_INFINITY),
    );
    return {
      strategy: 'cusum',
      model,
      referenceSigmas,
      limitSigmas: tailLimit(scores, FALSE_ALARM_SHARE, nominal),
    };
  },
  judge(limits, recent, current): Judgement {
    if (limits.strategy !== 'cusum')
      throw new TypeError(`cusum cannot judge by limits of ${limits.strategy}`);
    const { model, referenceSigmas, limitSigmas } = limits;
    if (model === undefined || recent.length < MIN_RECENT) return startupJudgement(limitSigmas);
    const score = largestSum(model, referenceSigmas, recent, current, limitSigmas);
    const alarm = score > limitSigmas;
    const reasons = alarm ? reasonsFor(model, referenceSigmas, limitSigmas, recent, current) : [];
    return { alarm, startup: false, score, limit: limitSigmas, reasons };
  },
};

/** One step of the upper sum; of the lower one with `score` negated. All in the same unit. */
export function nextSum(sum: number, score: number, reference: number): number {
  return Math.max(0, sum + score - reference);
}

/** Contexts until a false alarm, on average, of a two-sided CUSUM of normal scores (Siegmund's approximation). */
export function averageRunLength(limitSigmas: number, referenceSigmas: number): number {
  // The 1.166 stand for how far the sum overshoots its limit.
  const exponent = 2 * referenceSigmas * (limitSigmas + 1.166);
  return (Math.exp(exponent) - exponent - 1) / (4 * referenceSigmas * referenceSigmas);
}

/** The H that gives this average run length, to 1e-3. */
function decisionInterval(runLength: number): number {
  let low = 0;
  let high = 50;
  while (high - low > 1e-3) {
    const middle = (low + high) / 2;
    if (averageRunLength(middle, REFERENCE_SIGMAS) < runLength) low = middle;
    else high = middle;
  }
  return high;
}

/** The sum that the newest score adds to, 0 where it adds to none; before each step what exceeds `mostSigmas` is forgotten. */
function sumOf(scores: Float64Array, count: number, referenceSigmas: number, mostSigmas: number): number {
  let upper = 0;
  let lower = 0;
  let last = 0;
  for (let i = 0; i < count; i++) {
    last = Math.max(-CLIP_SIGMAS, Math.min(CLIP_SIGMAS, scores[i] ?? 0));
    upper = nextSum(Math.min(upper, mostSigmas), last, referenceSigmas);
    lower = nextSum(Math.min(lower, mostSigmas), -last, referenceSigmas);
  }
  if (last > referenceSigmas) return upper;
  return last < -referenceSigmas ? lower : 0;
}

function largestSum(
  model: StandardScores,
  referenceSigmas: number,
  recent: readonly UChart[],
  current: UChart,
  mostSigmas: number,
): number {
  let largest = 0;
  visitSequences(model, recent, current, MAX_CONTEXTS, (scores, count) => {
    largest = Math.max(largest, sumOf(scores, count, referenceSigmas, mostSigmas));
  });
  return largest;
}

/** Each chart whose sum exceeds H, with the context's own value and the band that adds nothing to a sum. */
function reasonsFor(
  model: StandardScores,
  referenceSigmas: number,
  limitSigmas: number,
  recent: readonly UChart[],
  current: UChart,
): Reason[] {
  const reasons: Reason[] = [];
  visitSequences(model, recent, current, MAX_CONTEXTS, (scores, count, at) => {
    if (sumOf(scores, count, referenceSigmas, limitSigmas) > limitSigmas) {
      reasons.push(reasonAt(model, at, scores[count - 1] ?? 0, referenceSigmas));
    }
  });
  return reasons;
}
