import { rowOf } from '../statistics.ts';
import type { StatisticName } from '../statistics.ts';
import type { UChart } from '../uchart.ts';
import { tailLimit, heldOutScores, inContextOrder, minQualifiedContexts } from './history.ts';
import { predictionSigmas } from './normal.ts';
import { learnStandardScores, standardScore } from './standard-scores.ts';
import type { StandardScores } from './standard-scores.ts';
import type { Judgement, Reason, Strategy } from './strategy.ts';

/** Limits of {@link shewhart}: `model` is undefined in the start-up phase. */
export interface ShewhartLimits {
  readonly strategy: 'shewhart';
  readonly model: StandardScores | undefined;
  /** Half the width of every band, in standard deviations. */
  readonly limitSigmas: number;
}

const chosenStatistics: readonly StatisticName[] = [
  'mean',
  'deviation',
  'median',
  'min',
  'max',
  'slope',
  'stepUp',
  'stepDown',
];
const NOMINAL_SIGMAS = 3;
const FALSE_ALARM_SHARE = 0.0027;

/**
 * Shewhart's individuals chart on the chosen statistics of every SVID: an alarm where one lies beyond its band.
 *
 * Source: W. A. Shewhart, Economic Control of Quality of Manufactured Product (1931). Three sigmas mean 0.27 % false
 * alarms for *one* normally distributed statistic of known mean; with many the band is widened to hold 0.27 % together
 * (Bonferroni, and Student's quantile by length of the history), and with tails as real ones have until held-out
 * qualified contexts keep to it ({@link tailLimit}). Assumes that contexts are independent.
 */
export const shewhart: Strategy = {
  name: 'shewhart',
  learn(qualified): ShewhartLimits {
    if (qualified.length < minQualifiedContexts) {
      return { strategy: 'shewhart', model: undefined, limitSigmas: NOMINAL_SIGMAS };
    }
    const ordered = inContextOrder(qualified);
    const learn = (part: readonly UChart[]) => learnStandardScores(part, chosenStatistics);
    const model = learn(ordered);
    const charts = Math.max(1, model.svids.length * model.columns.length);
    const nominal = predictionSigmas(FALSE_ALARM_SHARE / charts, ordered.length);
    const limitSigmas = tailLimit(heldOutScores(ordered, learn, largestScore), FALSE_ALARM_SHARE, nominal);
    return { strategy: 'shewhart', model, limitSigmas };
  },
  judge(limits, _recent, current): Judgement {
    if (limits.strategy !== 'shewhart')
      throw new TypeError(`shewhart cannot judge by limits of ${limits.strategy}`);
    const { model, limitSigmas } = limits;
    if (model === undefined)
      return { alarm: false, startup: true, score: 0, limit: limitSigmas, reasons: [] };
    const score = largestScore(model, current);
    const alarm = score > limitSigmas;
    return {
      alarm,
      startup: false,
      score,
      limit: limitSigmas,
      reasons: alarm ? reasonsFor(model, limitSigmas, current) : [],
    };
  },
};

function largestScore(model: StandardScores, context: UChart): number {
  let largest = 0;
  for (let row = 0; row < model.svids.length; row++) {
    const first = rowOf(context, model.svids[row] ?? 0);
    if (first < 0) continue;
    for (let place = 0; place < model.columns.length; place++) {
      largest = Math.max(largest, Math.abs(standardScore(model, row, place, context.statistics, first)));
    }
  }
  return largest;
}

function reasonsFor(model: StandardScores, limitSigmas: number, context: UChart): Reason[] {
  const reasons: Reason[] = [];
  model.svids.forEach((svid, row) => {
    const first = rowOf(context, svid);
    if (first < 0) return;
    model.statistics.forEach((statistic, place) => {
      if (Math.abs(standardScore(model, row, place, context.statistics, first)) <= limitSigmas) return;
      const at = row * model.columns.length + place;
      const centre = model.centres[at] ?? 0;
      const reach = limitSigmas * (model.scales[at] ?? 0);
      const value = context.statistics[first + (model.columns[place] ?? 0)] ?? Number.NaN;
      reasons.push({ svid, statistic, value, low: centre - reach, high: centre + reach });
    });
  });
  return reasons;
}
