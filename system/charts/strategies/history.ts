import type { SvidChart } from '../statistics.ts';
import type { UChart } from '../uchart.ts';

/** Fewer qualified contexts than this are the start-up phase; 20 to 25 is the textbook minimum for phase I limits. */
export const minQualifiedContexts = 25;

const MAX_FOLDS = 10;

/** By start, then by unit and id, so that what is learnt does not depend on the order in which the store gave the history. */
export function inContextOrder(qualified: readonly UChart[]): UChart[] {
  return [...qualified].sort(
    (a, b) => a.startUs - b.startUs || compareText(a.unit, b.unit) || compareText(a.contextId, b.contextId),
  );
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** The chart of one SVID, by binary search in the ascending charts. */
export function chartOf(context: UChart, svid: number): SvidChart | undefined {
  let low = 0;
  let high = context.charts.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((context.charts[middle]?.svid ?? 0) < svid) low = middle + 1;
    else high = middle;
  }
  const found = context.charts[low];
  return found?.svid === svid ? found : undefined;
}

/**
 * The score that each context gets from limits learnt without it and its neighbours (ten blocks in time order). Scores of the
 * learning set itself would be too small by what the limits adapted to it.
 */
export function heldOutScores<Model>(
  ordered: readonly UChart[],
  learn: (part: readonly UChart[]) => Model,
  score: (model: Model, context: UChart) => number,
): number[] {
  const scores: number[] = [];
  const folds = Math.min(MAX_FOLDS, ordered.length);
  for (let fold = 0; fold < folds; fold++) {
    const from = Math.floor((fold * ordered.length) / folds);
    const until = Math.floor(((fold + 1) * ordered.length) / folds);
    const model = learn([...ordered.slice(0, from), ...ordered.slice(until)]);
    for (const context of ordered.slice(from, until)) scores.push(score(model, context));
  }
  return scores;
}

/**
 * The limit that a new context of the same kind exceeds with a probability of about `falseAlarmShare`, whatever the
 * distribution: the matching order statistic of held-out scores (split conformal prediction, Vovk et al.), but at least
 * `nominal`. Too few scores for that share give the largest of them.
 */
export function conformalLimit(scores: readonly number[], falseAlarmShare: number, nominal: number): number {
  const ascending = Float64Array.from(scores).sort();
  const rank = Math.min(ascending.length, Math.ceil((ascending.length + 1) * (1 - falseAlarmShare)));
  return Math.max(nominal, ascending[rank - 1] ?? nominal);
}
