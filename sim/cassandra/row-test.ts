import type { CqlRow, CqlValue } from '../../system/ports/cql.ts';
import type { ConditionOperator } from '../../system/ports/cql-wide.ts';
import { compareBytes } from './cells.ts';
import type { ClusteringKey } from './clustering.ts';
import { keyPart } from './clustering.ts';
import type { ColumnTest, RowTest } from './operation.ts';
import type { TableSchema } from './table-schema.ts';

/** True where the row that is there, if any, fulfils the condition (cassandra-and-live 44). */
export function holds(schema: TableSchema, test: RowTest, row: CqlRow | undefined): boolean {
  switch (test.kind) {
    case 'absent':
      return row === undefined;
    case 'present':
      return row !== undefined;
    case 'columns':
      return test.columns.every((column) => {
        const name = schema.regularColumns[column.column] as string;
        return columnHolds(column, row?.[name] ?? null);
      });
  }
}

/** The row with a key among those that were read. */
export function rowAt(schema: TableSchema, rows: readonly CqlRow[], key: ClusteringKey): CqlRow | undefined {
  return rows.find((row) =>
    schema.clusteringColumns.every((column, index) => row[column] === keyPart(key, index)),
  );
}

/**
 * What a refused transaction shows (cassandra-and-live 45): the whole row where existence was asked for, else the
 * columns of the conditions, in a batch with the key columns before them.
 */
export function shownAgainst(
  schema: TableSchema,
  tests: readonly RowTest[],
  isBatch: boolean,
  rows: readonly CqlRow[],
): readonly CqlRow[] {
  const found = rows.filter((row) => tests.some((test) => rowAt(schema, [row], test.key) !== undefined));
  const names = new Set<string>(isBatch ? [...schema.partitionColumns, ...schema.clusteringColumns] : []);
  for (const test of tests) {
    if (test.kind !== 'columns' || schema.deviations.has('cas-refusal-shows-whole-row')) return found;
    for (const { column } of test.columns) names.add(schema.regularColumns[column] as string);
  }
  return found.map((row) =>
    Object.fromEntries(Array.from(names, (name): [string, CqlValue] => [name, row[name] ?? null])),
  );
}

/** A null on either side is only ever equal to null, and different from anything else. */
function columnHolds({ operator, value }: ColumnTest, found: CqlValue): boolean {
  if (value === null) return operator === '=' ? found === null : found !== null;
  if (found === null) return operator === '!=';
  return ordered(operator, compareByType(found, value));
}

function ordered(operator: ConditionOperator, order: number): boolean {
  switch (operator) {
    case '=':
      return order === 0;
    case '!=':
      return order !== 0;
    case '<':
      return order < 0;
    case '<=':
      return order <= 0;
    case '>':
      return order > 0;
    case '>=':
      return order >= 0;
  }
}

const encoder = new TextEncoder();

/** Order of the type: numbers by size, unlike the order of ties (cassandra-and-live 18). */
function compareByType(left: CqlValue, right: CqlValue): number {
  if (typeof left === 'number' && typeof right === 'number') return left - right;
  if (typeof left === 'string' && typeof right === 'string') {
    return compareBytes(encoder.encode(left), encoder.encode(right));
  }
  if (left instanceof Uint8Array && right instanceof Uint8Array) return compareBytes(left, right);
  throw new TypeError('two values of one column have different types');
}
