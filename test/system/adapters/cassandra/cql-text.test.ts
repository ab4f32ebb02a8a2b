import { expect, test } from 'vitest';
import { createTableText, defaultStorage } from '../../../../system/adapters/cassandra/index.ts';
import { textOf } from '../../../../system/adapters/cassandra/cql-text.ts';
import { PortError } from '../../../../system/ports/errors.ts';
import { chunkTable, uchartTable } from '../../../../system/ports/tables.ts';

const chunkKey = { tool: 'T', context_sequence: 1, request_sequence: 2 };

test('binds what is there, in the order of the text', () => {
  const text = textOf('ks', {
    kind: 'update',
    table: chunkTable,
    values: { ...chunkKey, payload: new Uint8Array([7]) },
    timestampUs: 5,
    ttlSeconds: 6,
    condition: { kind: 'if', columns: [{ column: 'payload', operator: '=', value: null }] },
  });
  expect(text.query).toBe(
    'UPDATE ks.chunk_staging USING TIMESTAMP ? AND TTL ? SET payload = ? ' +
      'WHERE tool = ? AND context_sequence = ? AND request_sequence = ? IF payload = ?',
  );
  expect(text.parameters).toEqual([5n, 6, Buffer.from([7]), 'T', 1n, 2, null]);
  expect(text.types).toEqual(['bigint', 'int', 'blob', 'text', 'bigint', 'int', 'blob']);
});

test('an insert leaves out what is not bound and binds null', () => {
  const values = { unit: 'u', recipe: 'r', month: 1, end_us: 2, context_sequence: 3, judgement: null };
  const text = textOf('ks', {
    kind: 'insert',
    table: uchartTable,
    values,
    condition: { kind: 'if-not-exists' },
  });
  expect(text.query).toBe(
    'INSERT INTO ks.uchart (unit, recipe, month, end_us, context_sequence, judgement) ' +
      'VALUES (?, ?, ?, ?, ?, ?) IF NOT EXISTS',
  );
  expect(text.parameters).toEqual(['u', 'r', 1, 2n, 3n, null]);
});

test('deletes cells, rows and partitions', () => {
  const cells = textOf('ks', {
    kind: 'delete-cells',
    table: chunkTable,
    values: chunkKey,
    columns: ['payload'],
    timestampUs: 1,
  });
  expect(cells.query).toBe(
    'DELETE payload FROM ks.chunk_staging USING TIMESTAMP ? WHERE tool = ? AND context_sequence = ? AND request_sequence = ?',
  );
  const partition = textOf('ks', {
    kind: 'delete',
    table: chunkTable,
    values: { tool: 'T', context_sequence: 1 },
  });
  expect(partition.query).toBe('DELETE FROM ks.chunk_staging WHERE tool = ? AND context_sequence = ?');
});

test('a reversed select turns every clustering column', () => {
  const text = textOf('ks', {
    kind: 'select',
    table: uchartTable,
    values: { unit: 'u', recipe: 'r', month: 1 },
    reversed: true,
    limit: 3,
  });
  expect(text.query).toMatch(/ORDER BY end_us DESC, context_sequence DESC LIMIT \?$/);
  expect(text.parameters).toEqual(['u', 'r', 1, 3]);
});

test('refuses values of another type and columns that are not there', () => {
  const insert = (values: Record<string, string | number>): unknown =>
    textOf('ks', { kind: 'insert', table: chunkTable, values });
  for (const values of [
    { tool: 1 },
    { context_sequence: 1.5 },
    { request_sequence: 2 ** 31 },
    { other: 1 },
  ]) {
    expect(() => insert(values)).toThrow(PortError);
  }
});

test('a table has the same id wherever it is made', () => {
  const id = (keyspace: string): string | undefined =>
    /id = ([0-9a-f-]{36}) /.exec(createTableText(keyspace, chunkTable, defaultStorage))?.[1];
  expect(id('one')).toBe(id('one'));
  expect(id('one')).not.toBe(id('other'));
});
