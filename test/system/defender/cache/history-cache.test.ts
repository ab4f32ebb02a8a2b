import { expect, test } from 'vitest';
import { MapHistoryCache } from '../../../../system/defender/cache/history-cache.ts';
import { isComplete, recentCharts, withEntry } from '../../../../system/defender/processing/history.ts';
import type { History, HistoryEntry } from '../../../../system/defender/processing/history.ts';

function entryOf(contextSequence: number, previousSequence = contextSequence - 1): HistoryEntry {
  const endUs = contextSequence * 1_000;
  return {
    contextSequence,
    previousSequence,
    endUs,
    bytes: 100,
    provisional: false,
    chart: {
      contextId: `t/${contextSequence}`,
      unit: 't',
      recipe: 'r',
      contextSequence,
      startUs: endUs - 500,
      endUs,
      svids: [],
      statistics: new Float64Array(),
    },
  };
}

function historyOf(...sequences: number[]): History {
  return sequences.map((sequence) => entryOf(sequence));
}

test('the least recently used goes first when the limit is reached', () => {
  const cache = new MapHistoryCache(1_000);
  for (const key of ['a', 'b', 'c']) cache.put(key, key, historyOf(1));
  expect(cache.get('a')).toHaveLength(1);
  cache.put('d', 'd', historyOf(1, 2));
  expect(cache.get('b')).toBeUndefined();
  expect(cache.get('a')).toBeDefined();
  expect(cache.bytes).toBeLessThanOrEqual(1_000);
});

test('all recipes of a unit leave with it', () => {
  const cache = new MapHistoryCache(10_000);
  cache.put('u r1', 'u', historyOf(1));
  cache.put('u r2', 'u', historyOf(1));
  cache.put('v r1', 'v', historyOf(1));
  cache.dropUnit('u');
  expect([cache.get('u r1'), cache.get('u r2')]).toEqual([undefined, undefined]);
  expect(cache.get('v r1')).toBeDefined();
  cache.clear();
  expect(cache.bytes).toBe(0);
});

test('a chain is complete without a gap, to its beginning or as far back as is looked', () => {
  expect(isComplete(historyOf(1, 2, 3), entryOf(4), 20)).toBe(true);
  expect(isComplete(historyOf(1, 3), entryOf(4), 20)).toBe(false);
  expect(isComplete(historyOf(2, 3), entryOf(4), 2)).toBe(true);
  expect(isComplete(historyOf(2, 3), entryOf(4), 3)).toBe(false);
  expect(isComplete([], entryOf(1), 20)).toBe(true);
  expect(isComplete([entryOf(3, 0), entryOf(7, 3)], entryOf(9, 7), 20)).toBe(true);
});

test('recent charts are the earlier ones only, whatever else is known', () => {
  const recent = recentCharts(historyOf(1, 2, 3, 5, 6), entryOf(4), 2);
  expect(recent.map(({ contextSequence }) => contextSequence)).toEqual([2, 3]);
});

test('an entry goes where its time puts it, once', () => {
  const history = withEntry(withEntry(historyOf(1, 2, 4), entryOf(3), 10), entryOf(3), 10);
  expect(history.map(({ contextSequence }) => contextSequence)).toEqual([1, 2, 3, 4]);
  expect(withEntry(history, entryOf(5), 3).map(({ contextSequence }) => contextSequence)).toEqual([3, 4, 5]);
});
