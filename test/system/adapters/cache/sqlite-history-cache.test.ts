import fc from 'fast-check';
import { expect, test } from 'vitest';
import { SqliteHistoryCache } from '../../../../system/adapters/cache/sqlite-history-cache.ts';
import { encodeUChart } from '../../../../system/charts/uchart.ts';
import { MapHistoryCache } from '../../../../system/defender/cache/history-cache.ts';
import type { HistoryCache } from '../../../../system/defender/cache/history-cache.ts';
import { withEntry } from '../../../../system/defender/processing/history.ts';
import type { History, HistoryEntry } from '../../../../system/defender/processing/history.ts';
import { contextOf } from '../../charts/arbitraries.ts';

function entryOf(sequence: number, svids = 1, unit = 'u'): HistoryEntry {
  const rows = Array.from({ length: svids }, (_one, s) => [s, sequence, Number.NaN, sequence / 3]);
  const chart = contextOf(sequence, rows, unit);
  return {
    contextSequence: sequence,
    previousSequence: Math.max(0, sequence - 1),
    endUs: chart.endUs,
    chart,
    bytes: encodeUChart(chart).length,
    provisional: sequence % 3 === 0,
  };
}

const pool: History[] = [0, 1, 2, 5].map((count) =>
  Array.from({ length: count }, (_one, i) => entryOf(i + 1, 1 + (i % 2))),
);
const units = ['u1', 'u2', 'u3'];
const keys = units.flatMap((unit) => ['r1', 'r2'].map((recipe) => ({ unit, key: `${unit}\n${recipe}` })));

type Act =
  | { readonly kind: 'get'; readonly key: string }
  | { readonly kind: 'put'; readonly key: string; readonly unit: string; readonly history: History }
  | { readonly kind: 'dropUnit'; readonly unit: string }
  | { readonly kind: 'clear' };

const acts: fc.Arbitrary<Act> = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom(...keys).map(({ key }): Act => ({ kind: 'get', key })) },
  {
    weight: 5,
    arbitrary: fc
      .tuple(fc.constantFrom(...keys), fc.constantFrom(...pool))
      .map(([{ key, unit }, history]): Act => ({ kind: 'put', key, unit, history })),
  },
  { weight: 1, arbitrary: fc.constantFrom(...units).map((unit): Act => ({ kind: 'dropUnit', unit })) },
  { weight: 1, arbitrary: fc.constant<Act>({ kind: 'clear' }) },
);

function perform(cache: HistoryCache, act: Act): History | undefined {
  switch (act.kind) {
    case 'get':
      return cache.get(act.key);
    case 'put':
      cache.put(act.key, act.unit, act.history);
      return undefined;
    case 'dropUnit':
      cache.dropUnit(act.unit);
      return undefined;
    case 'clear':
      cache.clear();
      return undefined;
  }
}

test('SQLite and the map behave alike: contents, order of forgetting, bytes, figures', () => {
  fc.assert(
    fc.property(
      fc.array(acts, { maxLength: 60 }),
      fc.integer({ min: 0, max: 4_000 }),
      (sequence, limitBytes) => {
        const map = new MapHistoryCache(limitBytes);
        const sqlite = new SqliteHistoryCache(limitBytes);
        for (const act of sequence) {
          expect(perform(sqlite, act)).toEqual(perform(map, act));
          expect(sqlite.bytes).toBe(map.bytes);
          expect(sqlite.bytes).toBeLessThanOrEqual(limitBytes);
          expect(sqlite.figures).toEqual(map.figures);
        }
        for (const { key } of keys) expect(sqlite.get(key)).toEqual(map.get(key));
        sqlite.close();
      },
    ),
    { numRuns: 150 },
  );
});

test.each([
  ['map', (limitBytes: number): HistoryCache => new MapHistoryCache(limitBytes)],
  ['SQLite', (limitBytes: number): HistoryCache => new SqliteHistoryCache(limitBytes)],
])(
  '%s: after warm-up all hits while there is room for all units, and figures tell when there is not',
  (_name, create) => {
    const rounds = 12;
    const unitCount = 30;
    const run = (limitBytes: number) => {
      const cache = create(limitBytes);
      for (let round = 1; round <= rounds; round++) {
        for (let u = 0; u < unitCount; u++) {
          const unit = `tool-${u}`;
          const history = cache.get(unit) ?? [];
          cache.put(unit, unit, withEntry(history, entryOf(round, 1, unit), 5));
        }
      }
      return { figures: cache.figures, bytes: cache.bytes };
    };
    const roomy = run(1_000_000);
    expect(roomy.figures).toEqual({
      lookups: rounds * unitCount,
      hits: (rounds - 1) * unitCount,
      coldMisses: unitCount,
      evictions: 0,
    });
    const tight = run(roomy.bytes / 2);
    expect(tight.bytes).toBeLessThanOrEqual(roomy.bytes / 2);
    expect(tight.figures.evictions).toBeGreaterThan(unitCount);
    expect(tight.figures.hits).toBeLessThan(roomy.figures.hits / 2);
    expect(tight.figures.coldMisses).toBe(unitCount);
  },
);

test('a history comes back as it was put, whatever happens to what was passed in', () => {
  const sqlite = new SqliteHistoryCache(1e6);
  const history = [entryOf(1), entryOf(2)];
  sqlite.put('k', 'u', history);
  history.pop();
  expect(sqlite.get('k')).toEqual([entryOf(1), entryOf(2)]);
  sqlite.close();
});

test('the database takes little more than is counted', () => {
  const sqlite = new SqliteHistoryCache(20e6);
  for (let u = 0; u < 60; u++) {
    sqlite.put(
      `tool-${u}`,
      `tool-${u}`,
      Array.from({ length: 20 }, (_one, i) => entryOf(i + 1, 10)),
    );
  }
  expect(sqlite.bytes).toBeGreaterThan(1e6);
  expect(sqlite.allocatedBytes).toBeLessThan(1.4 * sqlite.bytes);
  sqlite.close();
});
