import type { UChart } from '../../charts/uchart.ts';

/** One context in a unit's history. */
export interface HistoryEntry {
  readonly contextSequence: number;
  /** Sequence of the context before it of the same unit and recipe, 0 for the first. */
  readonly previousSequence: number;
  readonly endUs: number;
  readonly chart: UChart;
  /** Size of the stored chart. */
  readonly bytes: number;
  /** Judged while an earlier context was missing. */
  readonly provisional: boolean;
}

/** The contexts of one unit and recipe that are known, by context time, oldest first. */
export type History = readonly HistoryEntry[];

/** What of a context decides its place in a history. */
export type HistoryPlace = Pick<HistoryEntry, 'contextSequence' | 'previousSequence' | 'endUs'>;

export function compareByContextTime(
  a: Pick<HistoryEntry, 'endUs' | 'contextSequence'>,
  b: Pick<HistoryEntry, 'endUs' | 'contextSequence'>,
): number {
  return a.endUs - b.endUs || a.contextSequence - b.contextSequence;
}

/** True where every context that a judgement of `place` looks at is known: the chain of predecessors has no gap. */
export function isComplete(history: History, place: HistoryPlace, historyLength: number): boolean {
  let wanted = place.previousSequence;
  let at = history.length - 1;
  for (let step = 0; step < historyLength && wanted !== 0; step++) {
    // Nearly always the chain runs straight back through the list.
    let found = history[at];
    if (found?.contextSequence !== wanted) {
      at = history.findLastIndex(({ contextSequence }) => contextSequence === wanted);
      found = history[at];
    }
    if (found === undefined) return false;
    wanted = found.previousSequence;
    at--;
  }
  return true;
}

/** The charts that a judgement of `place` may look at: earlier by context time, oldest first, at most `historyLength`. */
export function recentCharts(
  history: History,
  place: HistoryPlace,
  historyLength: number,
): readonly UChart[] {
  let end = history.length;
  while (end > 0) {
    const entry = history[end - 1];
    if (entry !== undefined && compareByContextTime(entry, place) < 0) break;
    end--;
  }
  return history.slice(Math.max(0, end - historyLength), end).map(({ chart }) => chart);
}

/** The history with one entry more (or replaced), of which the newest `limit` are kept. */
export function withEntry(history: History, entry: HistoryEntry, limit: number): History {
  const others = history.filter(({ contextSequence }) => contextSequence !== entry.contextSequence);
  const at = others.findLastIndex((other) => compareByContextTime(other, entry) < 0) + 1;
  others.splice(at, 0, entry);
  return others.length > limit ? others.slice(others.length - limit) : others;
}
