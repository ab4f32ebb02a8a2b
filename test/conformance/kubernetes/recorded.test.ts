import { describe, expect, test } from 'vitest';
import { replay } from './autoscaler-record.ts';
import { firstDifference } from './comparison.ts';
import { wrongPairs } from './deletion-record.ts';
import { families } from './generator.ts';
import { knownDifferences } from './known-differences.ts';
import { mutationTable } from './mutation-table.ts';
import { recorded } from './recording.ts';

const sequences = recorded('sequences');
const deletions = recorded('deletions');
const autoscalers = recorded('autoscalers');

describe('what the real controllers of Kubernetes did', () => {
  test.each(Object.keys(families))('%s: the model does the same', async (family) => {
    const mine = sequences.filter(({ id }) => id.startsWith(`${family} `));
    expect(mine.length).toBeGreaterThan(3);
    for (const record of mine) {
      const difference = await firstDifference(record);
      expect(difference?.known === undefined ? difference : undefined).toBeUndefined();
    }
  });

  test('every known difference is still seen', async () => {
    const seen = new Set<string>();
    for (const record of sequences) {
      const known = (await firstDifference(record))?.known;
      if (known !== undefined) seen.add(known);
    }
    expect([...seen].toSorted((left, right) => (left < right ? -1 : 1))).toEqual(
      knownDifferences.map(({ id }) => id).toSorted((left, right) => (left < right ? -1 : 1)),
    );
  });

  test('pods go in the order of the model, names aside', () => {
    expect(deletions.length).toBeGreaterThan(50);
    for (const record of deletions) expect(wrongPairs(record), record.id).toEqual([]);
  });

  test('autoscalers want what the model wants', () => {
    const rounds = autoscalers.flatMap((record) => record.rounds);
    expect(rounds.length).toBeGreaterThan(150);
    for (const record of autoscalers) {
      expect(replay(record), record.id).toEqual(record.rounds.map(({ desired }) => desired));
    }
  });

  test('every deliberate error of the model is found', async () => {
    const rows = await mutationTable({ sequences, deletions, autoscalers });
    expect(rows.length).toBeGreaterThan(25);
    expect(rows.filter(({ foundBy }) => foundBy === undefined)).toEqual([]);
  });
});
