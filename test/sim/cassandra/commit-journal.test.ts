import { describe, expect, test } from 'vitest';
import { CommitJournal } from '../../../sim/cassandra/commit-journal.ts';
import type { Partition } from '../../../sim/cassandra/partition.ts';
import { neverSecond } from '../../../sim/cassandra/cells.ts';
import { TableStore } from '../../../sim/cassandra/table-store.ts';
import { visibleValue } from '../../../sim/cassandra/stored-row.ts';
import { Fixture, insertNote, notes } from './fixture.ts';

const key = [1, 1] as const;

function build(): { journal: CommitJournal; partition: Partition } {
  const store = new TableStore(notes, 0, 3, 3, () => undefined);
  return { journal: new CommitJournal(20), partition: store.partition({ book: 'a' }) };
}

function write(partition: Partition, text: string, timestampUs: number) {
  const values = { book: 'a', page: 1, line: 1, text };
  return partition.insertion(key, partition.buildRow(values, key, timestampUs, neverSecond, 0));
}

function textOn(partition: Partition, ordinal: number): unknown {
  const row = partition.stateOf(ordinal).row(key);
  return row === undefined ? undefined : visibleValue(partition.store.schema, row, 0, 0);
}

describe('the newest part of the commit logs', () => {
  test('only the node that crashed loses, and only what came after its sync', () => {
    const { journal, partition } = build();
    journal.apply(5, write(partition, 'old', 1), -1, [4, 5, 5]);
    journal.apply(12, write(partition, 'new', 2), -1, [11, 9, 12]);
    expect(journal.lose(10, () => 0)).toBe(1);
    expect([0, 1, 2].map((ordinal) => textOn(partition, ordinal))).toEqual(['old', 'new', 'new']);
    expect(journal.lose(10, () => 1)).toBe(0);
    expect(textOn(partition, 1)).toBe('new');
  });

  test('what was safe stays, also where it was entered after what is lost', () => {
    const { journal, partition } = build();
    journal.applyOne(12, write(partition, 'lost', 3), 0, 11);
    journal.applyOne(12, write(partition, 'safe', 2), 0, 9);
    expect(textOn(partition, 0)).toBe('lost');
    journal.lose(10, () => 0);
    expect(textOn(partition, 0)).toBe('safe');
  });

  test('a lost deletion of the partition brings its rows back', () => {
    const { journal, partition } = build();
    journal.apply(5, write(partition, 'old', 1), -1, [5, 5, 5]);
    journal.apply(11, partition.deletion(2, 0), -1, [11, 11, 11]);
    expect(textOn(partition, 2)).toBeUndefined();
    journal.lose(10, () => 2);
    expect([0, 1, 2].map((ordinal) => textOn(partition, ordinal))).toEqual([undefined, undefined, 'old']);
  });

  test('a write that was computed at once counts from when the replica had it', async () => {
    let tried = 0;
    for (let seed = 0; seed < 20; seed++) {
      const fixture = new Fixture(seed, { commitLogSyncUs: 100 });
      const client = await fixture.client('writer');
      const call = fixture.start(client, insertNote, { book: 'a', page: 1, line: 1 });
      const holders = (): number =>
        [0, 1, 2].filter((ordinal) => fixture.ring.inspectReplica(notes, { book: 'a' }, ordinal).length > 0)
          .length;
      while (holders() < 3) await fixture.pass(0.01);
      await fixture.pass(0.15);
      if (call.outcome !== undefined) continue;
      tried++;
      fixture.ring.powerLoss(0);
      expect(holders()).toBe(3);
    }
    expect(tried).toBeGreaterThan(0);
  });
});
