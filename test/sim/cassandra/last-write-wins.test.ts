import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compareValues, neverSecond, resolveCells } from '../../../sim/cassandra/cells.ts';
import type { Cell } from '../../../sim/cassandra/cells.ts';
import {
  deletedRow,
  isLiveRow,
  mergeRows,
  PlainRow,
  sameRow,
  shadowRow,
} from '../../../sim/cassandra/stored-row.ts';
import type { StoredRow } from '../../../sim/cassandra/stored-row.ts';
import { TableSchema } from '../../../sim/cassandra/table-schema.ts';
import { notes } from './fixture.ts';

const schema = new TableSchema(notes);

function plain(timestampUs: number, value: string): Cell {
  return { timestampUs, tombstone: false, localSecond: neverSecond, value };
}
function expiring(timestampUs: number, localSecond: number, value: string): Cell {
  return { timestampUs, tombstone: false, localSecond, value };
}
function tombstone(timestampUs: number, localSecond: number): Cell {
  return { timestampUs, tombstone: true, localSecond, value: null };
}

describe('which cell stays (cassandra-and-live 18)', () => {
  const table: readonly [string, Cell, Cell][] = [
    ['the larger timestamp, whatever it is', plain(2, 'a'), tombstone(1, 99)],
    ['the larger timestamp against a larger value', plain(2, 'a'), plain(1, 'z')],
    ['on a tie expiring before plain', expiring(1, 50, 'a'), plain(1, 'z')],
    ['on a tie a tombstone before plain', tombstone(1, 50), plain(1, 'z')],
    ['on a tie a tombstone before a later expiry', tombstone(1, 50), expiring(1, 90, 'z')],
    ['of two expiring the later expiry', expiring(1, 90, 'a'), expiring(1, 50, 'z')],
    ['of two tombstones the later', tombstone(1, 90), tombstone(1, 50)],
    ['of two plain ones the larger value', plain(1, 'b'), plain(1, 'a')],
    ['of two with equal expiry the larger value', expiring(1, 50, 'b'), expiring(1, 50, 'a')],
  ];
  test.each(table)('%s', (_, winner, loser) => {
    expect(resolveCells(winner, loser)).toBe(winner);
    expect(resolveCells(loser, winner)).toBe(winner);
  });

  test('values are compared as unsigned bytes', () => {
    expect(compareValues(-1, 1)).toBe(1);
    expect(compareValues(-1, -2)).toBe(1);
    expect(compareValues(new Uint8Array([0x80]), new Uint8Array([0x7f, 0xff]))).toBe(1);
    expect(compareValues(new Uint8Array([1]), new Uint8Array([1, 0]))).toBe(-1);
    expect(compareValues('é', 'z')).toBe(1);
    expect(compareValues(-0.5, 0.5)).toBe(1);
  });
});

const second = fc.constantFrom(50, 90, neverSecond);
const timestamp = fc.integer({ min: 1, max: 4 });
const cell = fc.oneof(
  fc.constant(undefined),
  fc.record({
    timestampUs: timestamp,
    tombstone: fc.constant(false),
    localSecond: second,
    value: fc.constantFrom('a', 'b'),
  }),
  fc.record({
    timestampUs: timestamp,
    tombstone: fc.constant(true),
    localSecond: fc.constantFrom(50, 90),
    value: fc.constant(null),
  }),
);
const segment = new Uint8Array([1, 2, 3, 4]);
const row: fc.Arbitrary<StoredRow> = fc.oneof(
  fc
    .tuple(timestamp, second, fc.constantFrom('a', 'b', undefined), fc.constantFrom(0, 1, 2))
    .map(
      ([timestampUs, expirySecond, text, offset]) =>
        new PlainRow(timestampUs, expirySecond, [text, 0.5, undefined], segment, offset, 2),
    ),
  fc
    .tuple(
      timestamp,
      second,
      fc.constantFrom(-Infinity, 1, 2),
      fc.array(cell, { minLength: 3, maxLength: 3 }),
    )
    .map(([livenessUs, livenessSecond, deletionUs, [text, , blob]]): StoredRow =>
      mergeRows(
        schema,
        {
          livenessUs,
          livenessSecond,
          deletionUs: -Infinity,
          deletionSecond: 0,
          cells: [
            text,
            undefined,
            blob && { ...blob, value: blob.value === null ? null : segment.subarray(0, 1) },
          ],
        },
        deletedRow(schema, deletionUs),
      ),
    ),
);

describe('rows', () => {
  test('merging is idempotent, commutative and associative', () => {
    fc.assert(
      fc.property(row, row, row, (a, b, c) => {
        const same = (left: StoredRow, right: StoredRow): boolean => sameRow(schema, left, right);
        expect(same(mergeRows(schema, a, a), a)).toBe(true);
        const ab = mergeRows(schema, a, b);
        expect(same(ab, mergeRows(schema, b, a))).toBe(true);
        expect(same(mergeRows(schema, ab, a), ab)).toBe(true);
        expect(same(mergeRows(schema, ab, c), mergeRows(schema, a, mergeRows(schema, b, c)))).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });

  test('a deletion takes what is not newer than it', () => {
    const written = new PlainRow(5, neverSecond, ['a', 1, undefined], undefined, 0, 0);
    expect(isLiveRow(mergeRows(schema, written, deletedRow(schema, 5)), 0)).toBe(false);
    expect(isLiveRow(mergeRows(schema, written, deletedRow(schema, 4)), 0)).toBe(true);
    expect(shadowRow(schema, written, 5)).toBeUndefined();
    expect(shadowRow(schema, written, 4)).toBe(written);
  });

  test('two writes at one timestamp mix their cells (cassandra-and-live 21)', () => {
    const left = new PlainRow(5, neverSecond, ['a', 2, undefined], undefined, 0, 0);
    const right = new PlainRow(5, neverSecond, ['b', 1, undefined], undefined, 0, 0);
    const merged = mergeRows(schema, left, right);
    expect(merged).not.toBeInstanceOf(PlainRow);
    if (merged instanceof PlainRow) return;
    expect(merged.cells.map((each) => each?.value)).toEqual(['b', 2, undefined]);
  });

  test('a row is dead at its expiry second', () => {
    const written = new PlainRow(5, 50, ['a', 1, undefined], undefined, 0, 0);
    expect(isLiveRow(written, 49)).toBe(true);
    expect(isLiveRow(written, 50)).toBe(false);
  });
});
