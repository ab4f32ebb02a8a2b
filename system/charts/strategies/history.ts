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

/**
 * The score that each context gets from limits learnt without it (ten folds, dealt in turn). Scores of the learning set itself
 * would be too small by what the limits adapted to it.
 */
export function heldOutScores<Model>(
  ordered: readonly UChart[],
  learn: (part: readonly UChart[]) => Model,
  score: (model: Model, context: UChart) => number,
): number[] {
  const scores: number[] = [];
  const folds = Math.min(MAX_FOLDS, ordered.length);
  for (let fold = 0; fold < folds; fold++) {
    const model = learn(ordered.filter((_context, index) => index % folds !== fold));
    for (let index = fold; index < ordered.length; index += folds) {
      const context = ordered[index];
      if (context !== undefined) scores.push(score(model, context));
    }
  }
  return scores;
}

/**
 * The score of each context after the earlier ones of its unit, of which the newest `maxContexts - 1` are passed on; contexts
 * with fewer than `minRecent` before them are left out. For strategies that look at a sequence.
 */
export function replayedScores(
  ordered: readonly UChart[],
  maxContexts: number,
  minRecent: number,
  score: (recent: readonly UChart[], current: UChart) => number,
): number[] {
  const recentByUnit = new Map<string, UChart[]>();
  const scores: number[] = [];
  for (const context of ordered) {
    const recent = recentByUnit.get(context.unit) ?? [];
    if (recent.length >= minRecent) scores.push(score(recent, context));
    recentByUnit.set(context.unit, [...recent.slice(Math.max(0, recent.length + 2 - maxContexts)), context]);
  }
  return scores;
}

/** Largest share of the scores that counts as their tail. */
const TAIL_SHARE = 0.1;
const MIN_TAIL_SCORES = 3;
const MAX_TAIL_INDEX = 1;

/**
 * The limit that a new context of the same kind exceeds with a probability of about `falseAlarmShare`, but at least `nominal`.
 *
 * The tail of what real machines do is heavier than a normal one, and a few hundred contexts hold only two or three beyond
 * the limit that is looked for, so single order statistics jump. Hence the largest tenth of the scores is taken as a
 * power law (Hill's estimate of its index, Weissman's of the quantile, 1975 and 1978).
 */
export function tailLimit(scores: readonly number[], falseAlarmShare: number, nominal: number): number {
  const ascending = Float64Array.from(scores).sort();
  const tailScores = Math.max(MIN_TAIL_SCORES, Math.ceil(TAIL_SHARE * ascending.length));
  const threshold = ascending[ascending.length - tailScores - 1] ?? 0;
  if (!(threshold > 0)) return Math.max(nominal, ascending.at(-1) ?? nominal);
  let logExcesses = 0;
  for (let i = ascending.length - tailScores; i < ascending.length; i++) {
    logExcesses += Math.log((ascending[i] ?? threshold) / threshold);
  }
  const tailIndex = Math.min(MAX_TAIL_INDEX, logExcesses / tailScores);
  const quantile = threshold * (tailScores / (falseAlarmShare * ascending.length)) ** tailIndex;
  return Math.max(nominal, quantile);
}

/**
 * So many standard deviations beyond the mean of the cube roots: of T² these are nearly normal (E. B. Wilson and M. M.
 * Hilferty, 1931), so the bulk of the scores tells how far a limit is credible.
 */
export function cubeRootLimit(scores: readonly number[], sigmas: number): number {
  const roots = scores.map((score) => Math.cbrt(score));
  const mean = roots.reduce((sum, root) => sum + root, 0) / roots.length;
  const squares = roots.reduce((sum, root) => sum + (root - mean) * (root - mean), 0);
  return (mean + sigmas * Math.sqrt(squares / (roots.length - 1))) ** 3;
}
