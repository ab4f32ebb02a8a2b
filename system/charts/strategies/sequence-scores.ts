import { rowOf } from '../statistics.ts';
import type { UChart } from '../uchart.ts';
import { standardScore } from './standard-scores.ts';
import type { StandardScores } from './standard-scores.ts';

let sequence = new Float64Array(64);

/**
 * The standard scores of each SVID and statistic over `recent` (its newest `maxContexts - 1`) and `current`, oldest first.
 * A context that lacks an SVID is passed over for that SVID; where `current` lacks it, nothing is visited.
 * `scores` is scratch, valid in `[0, count)` until `visit` returns; `at` is the place in {@link StandardScores.centres}.
 */
export function visitSequences(
  model: StandardScores,
  recent: readonly UChart[],
  current: UChart,
  maxContexts: number,
  visit: (scores: Float64Array, count: number, at: number) => void,
): void {
  if (sequence.length < maxContexts) sequence = new Float64Array(2 * maxContexts);
  const width = model.columns.length;
  const from = Math.max(0, recent.length - (maxContexts - 1));
  for (let row = 0; row < model.svids.length; row++) {
    const svid = model.svids[row] ?? 0;
    if (rowOf(current, svid) < 0) continue;
    for (let place = 0; place < width; place++) {
      let count = 0;
      for (let c = from; c <= recent.length; c++) {
        const context = c === recent.length ? current : recent[c];
        const first = context === undefined ? -1 : rowOf(context, svid);
        if (context === undefined || first < 0) continue;
        sequence[count++] = standardScore(model, row, place, context.statistics, first);
      }
      visit(sequence, count, row * width + place);
    }
  }
}
