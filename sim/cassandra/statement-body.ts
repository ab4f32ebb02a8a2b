import type { CqlCondition, WideOptions, WideStatement, WideWrite } from '../../system/ports/cql-wide.ts';
import type { CqlOptions, CqlRow, CqlStatement, CqlTable } from '../../system/ports/cql.ts';
import { PortError } from '../../system/ports/errors.ts';
import { epochUs } from '../kernel/index.ts';
import { neverSecond } from './cells.ts';
import { compareKeys } from './clustering.ts';
import { isSerial } from './consistency.ts';
import type { Change, ColumnTest, OperationBody, RowTest, StampedChange } from './operation.ts';
import type { Partition } from './partition.ts';
import type { TableSchema } from './table-schema.ts';
import type { TableStore } from './table-store.ts';

const longestTtlSeconds = 630_720_000;
/** `batch_size_fail_threshold`, for batches of several partitions (cassandra-and-live §1.1). */
const largestBatchBytes = 51_200;
const statementBytes = 60;

/** What a statement of the system with its values asks for. Throws `PortError('invalid')`. */
export function bodyOf(
  store: TableStore,
  statement: CqlStatement,
  values: CqlRow,
  options: CqlOptions,
): OperationBody {
  const schema = store.schema;
  switch (statement.kind) {
    case 'insert':
      return insertion(schema, values, options.ttlSeconds);
    case 'insert-if-not-exists': {
      if (options.timestampUs !== undefined) {
        throw new PortError('USING TIMESTAMP cannot go with IF NOT EXISTS', 'invalid');
      }
      const change = insertion(schema, values, options.ttlSeconds);
      const partition = store.partition(values);
      return {
        kind: 'conditional',
        tests: [{ kind: 'absent', key: schema.rowKey(values) }],
        changes: [{ partition, change, timestampUs: undefined }],
        isBatch: false,
      };
    }
    case 'select':
      return selection(schema, values, statement.reversed, statement.limit, false);
    case 'delete': {
      const change = deletion(schema, values);
      if (change.kind === 'delete-range') {
        throw new PortError('a DELETE names all clustering columns or none', 'invalid');
      }
      return change;
    }
  }
}

/** What any statement asks for, with the partition it goes by. Throws `PortError('invalid')`. */
export function wideBodyOf(
  storeOf: (table: CqlTable) => TableStore,
  statement: WideStatement,
  options: WideOptions,
): { readonly body: OperationBody; readonly partition: Partition } {
  switch (statement.kind) {
    case 'select': {
      if (options.consistency === 'ANY') throw new PortError('no read at ANY', 'invalid');
      const store = storeOf(statement.table);
      const partition = store.partition(statement.values);
      const { values, reversed, limit, withStamps } = statement;
      return { partition, body: selection(store.schema, values, reversed, limit, withStamps ?? false) };
    }
    case 'insert':
    case 'update':
    case 'delete-cells':
    case 'delete': {
      refuseSerial(options);
      const stamped = stampedChange(storeOf(statement.table), statement);
      const { partition, change } = stamped;
      if (statement.condition === undefined) {
        return { partition, body: change };
      }
      const test = testOf(partition.store.schema, statement, statement.condition);
      return { partition, body: { kind: 'conditional', tests: [test], changes: [stamped], isBatch: false } };
    }
    case 'batch':
      // The server checks the level of a batch only where it has conditions (measured on 5.0.8).
      if (statement.writes.some(({ condition }) => condition !== undefined)) refuseSerial(options);
      return batchBody(storeOf, statement.logged, statement.writes);
  }
}

function batchBody(
  storeOf: (table: CqlTable) => TableStore,
  logged: boolean,
  writes: readonly WideWrite[],
): { readonly body: OperationBody; readonly partition: Partition } {
  const changes = writes.map((write) => stampedChange(storeOf(write.table), write));
  const [first] = changes;
  if (first === undefined) throw new PortError('a batch of nothing', 'invalid');
  const { partition } = first;
  const tests = writes.flatMap((write, index) => {
    const own = changes[index]?.partition.store.schema;
    return write.condition === undefined || own === undefined ? [] : [testOf(own, write, write.condition)];
  });
  if (tests.length === 0) {
    refuseLargeBatch(changes, writes);
    return { partition, body: { kind: 'batch', logged, changes } };
  }
  if (changes.some((change) => change.partition !== partition)) {
    throw new PortError('a batch with conditions spans several partitions', 'invalid');
  }
  if (writes.some((write) => write.timestampUs !== undefined)) {
    throw new PortError('USING TIMESTAMP cannot go with conditions', 'invalid');
  }
  refuseMixedConditions(tests);
  return { partition, body: { kind: 'conditional', tests, changes, isBatch: true } };
}

/** `IF`, `IF EXISTS` and `IF NOT EXISTS` of one row exclude each other (`CQL3CasRequest`). */
function refuseMixedConditions(tests: readonly RowTest[]): void {
  for (const test of tests) {
    const other = tests.find(({ kind, key }) => kind !== test.kind && compareKeys(key, test.key) === 0);
    if (other !== undefined) {
      throw new PortError(`conditions of kinds ${test.kind} and ${other.kind} on one row`, 'invalid');
    }
  }
}

function refuseLargeBatch(changes: readonly StampedChange[], writes: readonly WideWrite[]): void {
  if (changes.every((change) => change.partition === changes[0]?.partition)) return;
  const bytes = writes.reduce((sum, write) => sum + statementBytes + boundBytes(write.values), 0);
  if (bytes > largestBatchBytes) throw new PortError(`a batch of ${bytes} bytes`, 'invalid');
}

function boundBytes(values: CqlRow): number {
  let bytes = 0;
  for (const name in values) {
    const value = values[name];
    bytes += typeof value === 'string' || value instanceof Uint8Array ? value.length : 8;
  }
  return bytes;
}

function refuseSerial(options: WideOptions): void {
  if (isSerial(options.consistency)) {
    throw new PortError(`no write at ${options.consistency}`, 'invalid');
  }
}

function stampedChange(store: TableStore, write: WideWrite): StampedChange {
  if (write.condition !== undefined && write.timestampUs !== undefined) {
    throw new PortError('USING TIMESTAMP cannot go with a condition', 'invalid');
  }
  const { schema } = store;
  const partition = store.partition(write.values);
  const stamp = { partition, timestampUs: write.timestampUs };
  switch (write.kind) {
    case 'insert':
      return { ...stamp, change: insertion(schema, write.values, write.ttlSeconds) };
    case 'update': {
      const change = insertion(schema, write.values, write.ttlSeconds);
      if (!schema.regularColumns.some((_, column) => schema.regular(write.values, column) !== undefined)) {
        throw new PortError('an UPDATE that sets nothing', 'invalid');
      }
      return { ...stamp, change: { ...change, kind: 'update' } };
    }
    case 'delete-cells': {
      schema.checkBound(write.values, schema.partitionColumns.length + schema.clusteringColumns.length);
      const columns = write.columns.map((column) => schema.regularIndex(column));
      return { ...stamp, change: { kind: 'delete-cells', key: schema.rowKey(write.values), columns } };
    }
    case 'delete': {
      const change = deletion(schema, write.values);
      const namesRow = change.kind === 'delete-row' || schema.clusteringColumns.length === 0;
      if (write.condition !== undefined && !namesRow) {
        throw new PortError('a conditional DELETE names the whole key', 'invalid');
      }
      return { ...stamp, change };
    }
  }
}

function insertion(
  schema: TableSchema,
  given: CqlRow,
  ttl: number | undefined,
): Extract<Change, { kind: 'insert' | 'update' }> {
  let ttlSeconds = ttl ?? schema.table.defaultTtlSeconds;
  let values = given;
  if (schema.deviations.size > 0) {
    if (schema.deviations.has('ttl-zero-is-table-default') && ttl === 0) {
      ttlSeconds = schema.table.defaultTtlSeconds;
    }
    values = deviantValues(schema, given);
  }
  checkTtl(ttlSeconds);
  const keyColumns = schema.partitionColumns.length + schema.clusteringColumns.length;
  let bound = keyColumns;
  for (let column = 0; column < schema.regularColumns.length; column++) {
    if (schema.regular(values, column) !== undefined) bound++;
  }
  schema.checkBound(values, bound);
  return { kind: 'insert', key: schema.rowKey(values), values, ttlSeconds };
}

function deviantValues(schema: TableSchema, values: CqlRow): CqlRow {
  const changed: Record<string, CqlRow[string]> = {};
  for (const [name, value] of Object.entries(values)) {
    if (value === null && schema.deviations.has('null-is-unset')) continue;
    changed[name] = value;
  }
  if (schema.deviations.has('unset-is-null')) {
    for (const column of schema.regularColumns) changed[column] ??= null;
  }
  return changed;
}

function deletion(schema: TableSchema, values: CqlRow): Change {
  const prefix = schema.prefix(values);
  if (schema.clusteringColumns.length === 0 || prefix.length === schema.clusteringColumns.length) {
    return prefix.length === 0
      ? { kind: 'delete-partition' }
      : { kind: 'delete-row', key: schema.rowKey(values) };
  }
  return prefix.length === 0 ? { kind: 'delete-partition' } : { kind: 'delete-range', prefix };
}

function selection(
  schema: TableSchema,
  values: CqlRow,
  reversed: boolean | undefined,
  limit: number | undefined,
  withStamps: boolean,
): Extract<OperationBody, { kind: 'select' }> {
  const most = limit ?? Infinity;
  if (most < 1) throw new PortError(`LIMIT ${most}`, 'invalid');
  const prefix = schema.prefix(values);
  return { kind: 'select', selection: { prefix, reversed: reversed ?? false, limit: most, withStamps } };
}

function testOf(schema: TableSchema, write: WideWrite, condition: CqlCondition): RowTest {
  const key = schema.rowKey(write.values);
  switch (condition.kind) {
    case 'if-not-exists':
      if (write.kind !== 'insert') throw new PortError('IF NOT EXISTS goes with INSERT only', 'invalid');
      return { kind: 'absent', key };
    case 'if-exists':
      if (write.kind === 'insert') throw new PortError('IF EXISTS does not go with INSERT', 'invalid');
      return { kind: 'present', key };
    case 'if': {
      if (write.kind === 'insert') throw new PortError('IF does not go with INSERT', 'invalid');
      if (condition.columns.length === 0) throw new PortError('IF without a column', 'invalid');
      const columns = condition.columns.map(({ column, operator, value }): ColumnTest => {
        if (value === null && operator !== '=' && operator !== '!=') {
          throw new PortError(`${column} ${operator} null`, 'invalid');
        }
        const index = schema.regularIndex(column);
        schema.regular({ [column]: value }, index);
        return { column: index, operator, value };
      });
      return { kind: 'columns', key, columns };
    }
  }
}

/** MAX_TTL is 20 years; an expiry in 2038 or later is rejected (cassandra-and-live §1.1). */
function checkTtl(ttlSeconds: number): void {
  if (!Number.isInteger(ttlSeconds) || ttlSeconds < 0 || ttlSeconds > longestTtlSeconds) {
    throw new PortError(`TTL of ${ttlSeconds} s`, 'invalid');
  }
  if (epochUs / 1e6 + ttlSeconds >= neverSecond) {
    throw new PortError(`TTL of ${ttlSeconds} s ends after 2038`, 'invalid');
  }
}

/** Bytes of the blob that a statement carries. */
export function packedBytes(store: TableStore, values: CqlRow): number {
  const column = store.schema.regularColumns[store.schema.packedColumn];
  const value = column === undefined ? undefined : values[column];
  return value instanceof Uint8Array ? value.length : 0;
}
