import { rowOf } from '../statistics.ts';
import type { StatisticName } from '../statistics.ts';
import type { UChart } from '../uchart.ts';
import { inContextOrder, minQualifiedContexts, replayedScores, tailLimit } from './history.ts';
import { sigmasForTail } from './normal.ts';
import { learnStandardScores, standardScore } from './standard-scores.ts';
import type { StandardScores } from './standard-scores.ts';
import type { Judgement, Reason, Strategy } from './strategy.ts';

/** Limits of {@link ewma}: `model` is undefined in the start-up phase. */
export interface EwmaLimits {
  readonly strategy: 'ewma';
  readonly model: StandardScores | undefined;
  /** Half the width of every band, in standard deviations of the moving average. */
  readonly limitSigmas: number;
}

const chosenStatistics: readonly StatisticName[] = [
  'mean',
  'deviation',
  'slope',
  'segmentMean1',
  'segmentMean2',
  'segmentMean3',
  'segmentMean4',
];
/** Weight of the newest context; 0.05…0.25 is usual, larger ones see larger shifts. */
const WEIGHT = 0.2;
/** Older contexts weigh less than 1 % together. */
const MAX_CONTEXTS = 21;
const MIN_RECENT = 3;
/** One context counts at most this much: single outliers are for the other strategies, a drift is many contexts. */
const CLIP_SIGMAS = 3;
const FALSE_ALARM_SHARE = 0.0027;

/**
 * Exponentially weighted moving average of each chosen statistic over the unit's last contexts: an alarm on small lasting
 * shifts and drifts that no single context shows.
 *
 * Source: S. W. Roberts, Control Chart Tests Based on Geometric Moving Averages (1959), with the exact variance for short
 * histories. Each context's deviation is clipped at three sigmas, so that one bad context does not condemn the good ones
 * after it. The band holds 0.27 % over all statistics together (Bonferroni), wider by the error of the learnt centre,
 * and where the qualified contexts, replayed unit by unit, need it. Assumes independent contexts; with fewer than three recent ones it does not judge (`startup`).
 */
export const ewma: Strategy = {
  name: 'ewma',
  learn(qualified): EwmaLimits {
    if (qualified.length < minQualifiedContexts) {
      return { strategy: 'ewma', model: undefined, limitSigmas: sigmasForTail(FALSE_ALARM_SHARE) };
    }
    const ordered = inContextOrder(qualified);
    const model = learnStandardScores(ordered, chosenStatistics);
    const charts = Math.max(1, model.svids.length * model.columns.length);
    const uncertainty = Math.sqrt(1 + 1 / (ordered.length * averageDeviation(WEIGHT, 0) ** 2));
    const nominal = uncertainty * sigmasForTail(FALSE_ALARM_SHARE / charts);
    return {
      strategy: 'ewma',
      model,
      limitSigmas: tailLimit(
        replayedScores(ordered, MAX_CONTEXTS, MIN_RECENT, (recent, current) =>
          largest(movingAverages(model, recent, current).sigmas),
        ),
        FALSE_ALARM_SHARE,
        nominal,
      ),
    };
  },
  judge(limits, recent, current): Judgement {
    if (limits.strategy !== 'ewma') throw new TypeError(`ewma cannot judge by limits of ${limits.strategy}`);
    const { model, limitSigmas } = limits;
    if (model === undefined || recent.length < MIN_RECENT) {
      return { alarm: false, startup: true, score: 0, limit: limitSigmas, reasons: [] };
    }
    const averages = movingAverages(model, recent, current);
    const score = largest(averages.sigmas);
    const alarm = score > limitSigmas;
    return {
      alarm,
      startup: false,
      score,
      limit: limitSigmas,
      reasons: alarm ? reasonsFor(model, limitSigmas, averages) : [],
    };
  },
};

/** One step of the average, in the unit of `value`. */
export function nextAverage(average: number, value: number, weight: number): number {
  return (1 - weight) * average + weight * value;
}

/** Standard deviation of the average in that of one value; `rest` is (1 - weight)^(2 × values), 0 for endlessly many. */
export function averageDeviation(weight: number, rest: number): number {
  return Math.sqrt((weight / (2 - weight)) * (1 - rest));
}

interface MovingAverages {
  /** Each average in standard deviations of its own; row-major as in {@link StandardScores}. */
  readonly sigmas: Float64Array;
  /** The standard deviation of each average, in standard deviations of one context. */
  readonly deviations: Float64Array;
}

/** A context that lacks an SVID is passed over for that SVID. */
function movingAverages(model: StandardScores, recent: readonly UChart[], current: UChart): MovingAverages {
  const width = model.columns.length;
  const sigmas = new Float64Array(model.svids.length * width);
  const deviations = new Float64Array(model.svids.length * width);
  const from = Math.max(0, recent.length - (MAX_CONTEXTS - 1));
  for (let row = 0; row < model.svids.length; row++) {
    const svid = model.svids[row] ?? 0;
    let rest = 1;
    for (let c = from; c <= recent.length; c++) {
      const context = c === recent.length ? current : recent[c];
      const first = context === undefined ? -1 : rowOf(context, svid);
      if (context === undefined || first < 0) continue;
      rest *= (1 - WEIGHT) * (1 - WEIGHT);
      for (let place = 0; place < width; place++) {
        const at = row * width + place;
        const score = standardScore(model, row, place, context.statistics, first);
        const clipped = Math.max(-CLIP_SIGMAS, Math.min(CLIP_SIGMAS, score));
        sigmas[at] = nextAverage(sigmas[at] ?? 0, clipped, WEIGHT);
      }
    }
    const deviation = averageDeviation(WEIGHT, rest);
    for (let at = row * width; at < (row + 1) * width; at++) {
      deviations[at] = deviation;
      if (deviation > 0) sigmas[at] = (sigmas[at] ?? 0) / deviation;
    }
  }
  return { sigmas, deviations };
}

function largest(sigmas: Float64Array): number {
  let most = 0;
  for (let i = 0; i < sigmas.length; i++) most = Math.max(most, Math.abs(sigmas[i] ?? 0));
  return most;
}

/** `value` of a reason is the moving average itself, in the statistic's unit. */
function reasonsFor(model: StandardScores, limitSigmas: number, averages: MovingAverages): Reason[] {
  const reasons: Reason[] = [];
  model.svids.forEach((svid, row) => {
    model.statistics.forEach((statistic, place) => {
      const at = row * model.columns.length + place;
      const sigmas = averages.sigmas[at] ?? 0;
      if (Math.abs(sigmas) <= limitSigmas) return;
      const centre = model.centres[at] ?? 0;
      const unit = (averages.deviations[at] ?? 0) * (model.scales[at] ?? 0);
      reasons.push({
        svid,
        statistic,
        value: centre + sigmas * unit,
        low: centre - limitSigmas * unit,
        high: centre + limitSigmas * unit,
      });
    });
  });
  return reasons;
}
