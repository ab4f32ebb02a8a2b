import { describe, expect, test } from 'vitest';
import { SimulationError } from '../../../sim/kernel/index.ts';
import { codeOf, Fixture, insertNote, notes, quorum, rowsOf, selectNotes } from './fixture.ts';

const minuteUs = 60_000_000;
const idle = { cold: { notes: { kind: 'idle', afterUs: 10 * minuteUs } }, coldSweepUs: minuteUs } as const;
const newest = { cold: { notes: { kind: 'beyond-newest', rows: 3 } }, coldSweepUs: minuteUs } as const;
const note = (line: number) => ({ book: 'a', page: 1, line, blob: new Uint8Array(100) });

describe('the cold tier', () => {
  test('a partition leaves memory after its last write; reading it makes the run unknown', async () => {
    const fixture = new Fixture(1, idle);
    const client = await fixture.client('writer');
    for (let line = 0; line < 5; line++) await fixture.run(client, insertNote, note(line));
    await fixture.pass(9 * 60_000);
    expect(rowsOf(await fixture.run(client, selectNotes, { book: 'a' }))).toHaveLength(5);
    await fixture.run(client, insertNote, note(9));
    await fixture.pass(9 * 60_000);
    expect(fixture.ring.isCold(notes, { book: 'a' })).toBe(false);
    await fixture.pass(3 * 60_000);
    expect(fixture.ring.coldTotals).toEqual({ partitions: 1, rows: 6, bytes: 600 });
    expect(fixture.ring.isCold(notes, { book: 'a' })).toBe(true);
    fixture.start(client, selectNotes, { book: 'a' });
    await expect(fixture.pass(1_000)).rejects.toThrow(SimulationError);
    expect(fixture.kernel.failure?.code).toBe('limit');
  });

  test('a retired partition goes when it was told to, not at the end of its idle time; writes start a new one', async () => {
    const fixture = new Fixture(7, { ...idle, cold: { notes: { kind: 'idle', afterUs: 600 * minuteUs } } });
    const client = await fixture.client('writer');
    await fixture.run(client, insertNote, note(1));
    fixture.ring.retire(notes, { book: 'a' }, 20 * minuteUs);
    await fixture.pass(19 * 60_000);
    expect(rowsOf(await fixture.run(client, selectNotes, { book: 'a' }))).toHaveLength(1);
    await fixture.pass(3 * 60_000);
    expect(fixture.ring.coldTotals).toEqual({ partitions: 1, rows: 1, bytes: 100 });
    expect(codeOf(await fixture.run(client, insertNote, note(2)))).toBe('ok');
    // The looks that were still due for the old partition leave the new one alone.
    await fixture.pass(60 * 60_000);
    expect(fixture.ring.partitionCount).toBe(1);
    fixture.start(client, selectNotes, { book: 'a' });
    await expect(fixture.pass(1_000)).rejects.toThrow('dropped from memory');
  });

  test('a late write to a cold partition is fine; the whole partition is still not readable', async () => {
    const fixture = new Fixture(2, idle);
    const client = await fixture.client('writer');
    await fixture.run(client, insertNote, note(1));
    await fixture.pass(15 * 60_000);
    expect(fixture.ring.partitionCount).toBe(0);
    expect(codeOf(await fixture.run(client, insertNote, note(2)))).toBe('ok');
    fixture.start(client, selectNotes, { book: 'a', page: 1, line: 2 });
    await expect(fixture.pass(1_000)).rejects.toThrow('dropped from memory');
  });

  test('an empty partition is forgotten, and is no cold one', async () => {
    const fixture = new Fixture(3, idle);
    const client = await fixture.client('reader');
    expect(rowsOf(await fixture.run(client, selectNotes, { book: 'none' }))).toEqual([]);
    await fixture.pass(15 * 60_000);
    expect(fixture.ring.partitionCount).toBe(0);
    expect(rowsOf(await fixture.run(client, selectNotes, { book: 'none' }))).toEqual([]);
  });

  test('nothing leaves while a hint is pending or replicas differ', async () => {
    const fixture = new Fixture(4, idle);
    const client = await fixture.client('writer');
    fixture.ring.killNode(1);
    await fixture.pass(20_000);
    expect(codeOf(await fixture.run(client, insertNote, note(1)))).toBe('ok');
    await fixture.pass(30 * 60_000);
    expect(fixture.ring.coldTotals.rows).toBe(0);
    expect(rowsOf(await fixture.run(client, selectNotes, { book: 'a' }))).toHaveLength(1);
    fixture.ring.restartNode(1);
    await fixture.pass(15 * 60_000);
    expect(fixture.ring.coldTotals.rows).toBe(1);
  });

  test('the newest rows stay readable where only older ones left', async () => {
    const fixture = new Fixture(5, newest);
    const client = await fixture.client('writer');
    for (let line = 0; line < 10; line++) await fixture.run(client, insertNote, note(line));
    await fixture.pass(30 * 60_000);
    expect(fixture.ring.coldTotals.rows).toBe(7);
    const latest = { ...selectNotes, reversed: true, limit: 3 } as typeof selectNotes;
    const rows = rowsOf(await fixture.run(client, latest, { book: 'a' }, quorum));
    expect(rows.map((row) => row['line'])).toEqual([9, 8, 7]);
    expect(rowsOf(await fixture.run(client, selectNotes, { book: 'a', page: 2 }, quorum))).toEqual([]);
    const more = { ...selectNotes, reversed: true, limit: 4 } as typeof selectNotes;
    fixture.start(client, more, { book: 'a' });
    await expect(fixture.pass(1_000)).rejects.toThrow(SimulationError);
  });

  test('rows leave one by one where a partition is written for long, and the partition with the last', async () => {
    const fixture = new Fixture(6, {
      cold: { notes: { kind: 'older', afterUs: 60 * minuteUs } },
      coldSweepUs: minuteUs,
    });
    const client = await fixture.client('writer');
    for (let line = 0; line < 12; line++) {
      await fixture.run(client, insertNote, note(line));
      await fixture.pass(10 * 60_000);
    }
    const { rows } = fixture.ring.coldTotals;
    expect(rows).toBeGreaterThan(2);
    expect(rows).toBeLessThan(9);
    const last = await fixture.run(client, selectNotes, { book: 'a', page: 1, line: 11 });
    expect(rowsOf(last)).toHaveLength(1);
    await fixture.pass(70 * 60_000);
    expect(fixture.ring.coldTotals).toEqual({ partitions: 1, rows: 12, bytes: 1200 });
    // A row that is written later, behind all that left, can be read.
    await fixture.run(client, insertNote, note(12));
    const later = await fixture.run(client, selectNotes, { book: 'a', page: 1, line: 12 });
    expect(rowsOf(later)).toHaveLength(1);
    fixture.start(client, selectNotes, { book: 'a', page: 1, line: 11 });
    await expect(fixture.pass(1_000)).rejects.toThrow('dropped from memory');
  });
});
