import { describe, expect, test } from 'vitest';
import { chunkTable, tables } from '../../../system/ports/tables.ts';
import { PortError } from '../../../system/ports/errors.ts';
import { CassandraRing } from '../../../sim/cassandra/index.ts';
import { Kernel } from '../../../sim/kernel/index.ts';
import { Network } from '../../../sim/network/index.ts';
import {
  claimNote,
  codeOf,
  deleteNotes,
  Fixture,
  insertNote,
  notes,
  quorum,
  rowsOf,
  selectNotes,
} from './fixture.ts';

const note = (page: number, line: number, text: string) => ({ book: 'a', page, line, text });

describe.each([{ elide: true }, { elide: false }])('statements with elision $elide', ({ elide }) => {
  test('insert and select by prefix, reversed and limited', async () => {
    const fixture = new Fixture(1, { elide });
    const client = await fixture.client('writer');
    for (const [page, line] of [
      [2, 1],
      [1, 2],
      [1, 1],
      [3, 1],
    ] as const) {
      expect(codeOf(await fixture.run(client, insertNote, note(page, line, `${page}.${line}`)))).toBe('ok');
    }
    const texts = async (values: object, more: object = {}): Promise<unknown[]> =>
      rowsOf(await fixture.run(client, { ...selectNotes, ...more }, { book: 'a', ...values })).map(
        (row) => row['text'],
      );
    expect(await texts({})).toEqual(['1.1', '1.2', '2.1', '3.1']);
    expect(await texts({ page: 1 })).toEqual(['1.1', '1.2']);
    expect(await texts({ page: 1, line: 2 })).toEqual(['1.2']);
    expect(await texts({}, { reversed: true, limit: 2 })).toEqual(['3.1', '2.1']);
    expect(await texts({ page: 1 }, { reversed: true, limit: 1 })).toEqual(['1.2']);
    expect(await texts({ page: 9 })).toEqual([]);
  });

  test('a row shows all columns, null where nothing is, and its own bytes', async () => {
    const fixture = new Fixture(2, { elide });
    const client = await fixture.client('writer');
    const blob = new Uint8Array([1, 2, 3]);
    await fixture.run(client, insertNote, { book: 'a', page: 1, line: 1, mark: 0.5, blob });
    blob.fill(9);
    const [row] = rowsOf(await fixture.run(client, selectNotes, { book: 'a' }));
    expect(row).toEqual({
      book: 'a',
      page: 1,
      line: 1,
      text: null,
      mark: 0.5,
      blob: new Uint8Array([1, 2, 3]),
    });
    await fixture.run(client, insertNote, { book: 'a', page: 1, line: 1, text: 't', mark: null });
    const [later] = rowsOf(await fixture.run(client, selectNotes, { book: 'a' }));
    expect(later).toMatchObject({ text: 't', mark: null, blob: new Uint8Array([1, 2, 3]) });
  });

  test('delete takes one row or the partition, and not what is written after', async () => {
    const fixture = new Fixture(3, { elide });
    const client = await fixture.client('writer');
    for (const line of [1, 2, 3]) await fixture.run(client, insertNote, note(1, line, `${line}`));
    await fixture.run(client, deleteNotes, { book: 'a', page: 1, line: 2 });
    const texts = async (): Promise<unknown[]> =>
      rowsOf(await fixture.run(client, selectNotes, { book: 'a' })).map((row) => row['text']);
    expect(await texts()).toEqual(['1', '3']);
    await fixture.run(client, deleteNotes, { book: 'a' });
    expect(await texts()).toEqual([]);
    await fixture.run(client, insertNote, note(1, 3, 'again'));
    expect(await texts()).toEqual(['again']);
    const deletionUs = client.process.wallUs() + 1_000_000;
    await fixture.run(client, deleteNotes, { book: 'a' }, { ...quorum, timestampUs: deletionUs });
    await fixture.run(client, insertNote, note(1, 4, 'same'), { ...quorum, timestampUs: deletionUs });
    expect(await texts()).toEqual([]);
  });

  test('a claim is applied once and then shows the row that is there', async () => {
    const fixture = new Fixture(4, { elide });
    const client = await fixture.client('writer');
    const first = await fixture.run(client, claimNote, note(1, 1, 'mine'));
    expect(first).toEqual({ rows: [], applied: true });
    const second = await fixture.run(client, claimNote, note(1, 1, 'yours'));
    expect(second).toMatchObject({ applied: false, rows: [{ text: 'mine' }] });
    expect(fixture.ring.inspect(notes, { book: 'a' })).toMatchObject([{ text: 'mine' }]);
  });

  test('TTL: the second of expiry, the default of the table, and 0 for never', async () => {
    const fixture = new Fixture(5, { elide, tables: [{ ...notes, defaultTtlSeconds: 10 }] });
    const client = await fixture.client('writer');
    await fixture.run(client, insertNote, note(1, 1, 'default'));
    await fixture.run(client, insertNote, note(1, 2, 'short'), { ...quorum, ttlSeconds: 5 });
    await fixture.run(client, insertNote, note(1, 3, 'never'), { ...quorum, ttlSeconds: 0 });
    const texts = async (): Promise<unknown[]> =>
      rowsOf(await fixture.run(client, selectNotes, { book: 'a' })).map((row) => row['text']);
    expect(await texts()).toEqual(['default', 'short', 'never']);
    await fixture.pass(6_000);
    expect(await texts()).toEqual(['default', 'never']);
    await fixture.pass(6_000);
    expect(await texts()).toEqual(['never']);
  });
});

test('a coordinator whose clock runs ahead sees rows expire early', async () => {
  const fixture = new Fixture(6);
  const client = await fixture.client('writer');
  await fixture.run(client, insertNote, note(1, 1, 'short'), { ...quorum, ttlSeconds: 60 });
  expect(rowsOf(await fixture.run(client, selectNotes, { book: 'a' }))).toHaveLength(1);
  for (const node of fixture.ring.nodes) node.clock.step(61_000_000);
  expect(rowsOf(await fixture.run(client, selectNotes, { book: 'a' }))).toHaveLength(0);
});

test('what a statement cannot be is invalid', async () => {
  const fixture = new Fixture(7);
  const client = await fixture.client('writer');
  const invalid = async (
    statement: Parameters<Fixture['run']>[1],
    values: object,
    options: object = {},
  ): Promise<void> => {
    const outcome = await fixture.run(client, statement, { ...values }, { ...quorum, ...options });
    expect(codeOf(outcome)).toBe('invalid');
  };
  await invalid(insertNote, { book: 'a', page: 1 });
  await invalid(insertNote, { book: 'a', page: 1, line: 1, colour: 'red' });
  await invalid(insertNote, { book: 'a', page: 1.5, line: 1 });
  await invalid(insertNote, { book: 'a', page: 1, line: 1, text: 7 });
  await invalid(insertNote, { book: 'a', page: 1, line: 1 }, { ttlSeconds: -1 });
  await invalid(claimNote, { book: 'a', page: 1, line: 1 }, { timestampUs: 5 });
  await invalid(selectNotes, { book: 'a', line: 1 });
  await invalid(deleteNotes, { book: 'a', page: 1 });
  await invalid({ kind: 'select', table: chunkTable }, { tool: 't', context_sequence: 1 });
});

test('impossible rings are refused', () => {
  const build = (options: object): CassandraRing => {
    const kernel = new Kernel({ seed: 1n });
    return new CassandraRing(kernel, new Network(kernel), { tables, ...options });
  };
  expect(() => build({ nodeCount: 2, replicationFactor: 3 })).toThrow(PortError);
  expect(() => build({ nodeCount: 0 })).toThrow(PortError);
});

test('preloaded rows are on all replicas and older than any write', async () => {
  const fixture = new Fixture(8);
  fixture.ring.preload({ kind: 'insert', table: notes }, note(1, 1, 'old'));
  expect(fixture.kernel.pending).toBeLessThan(10);
  const client = await fixture.client('writer', -5 * 86_400_000_000);
  const all = { ...quorum, consistency: 'ALL' } as const;
  expect(rowsOf(await fixture.run(client, selectNotes, { book: 'a' }, all))).toMatchObject([{ text: 'old' }]);
  await fixture.run(client, insertNote, note(1, 1, 'new'));
  expect(rowsOf(await fixture.run(client, selectNotes, { book: 'a' }))).toMatchObject([{ text: 'new' }]);
});
