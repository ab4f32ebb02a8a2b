import type { CqlOptions, CqlRow, CqlStatement } from '../../system/ports/cql.ts';
import { PortError } from '../../system/ports/errors.ts';
import { epochUs } from '../kernel/index.ts';
import { neverSecond } from './cells.ts';
import type { OperationBody } from './operation.ts';
import type { TableStore } from './table-store.ts';

const longestTtlSeconds = 630_720_000;

/** What a statement with its values asks for. Throws `PortError('invalid')`. */
export function bodyOf(
  store: TableStore,
  statement: CqlStatement,
  values: CqlRow,
  options: CqlOptions,
): OperationBody {
  const schema = store.schema;
  switch (statement.kind) {
    case 'insert':
    case 'insert-if-not-exists': {
      const ttlSeconds = options.ttlSeconds ?? schema.table.defaultTtlSeconds;
      checkTtl(ttlSeconds);
      if (statement.kind === 'insert-if-not-exists' && options.timestampUs !== undefined) {
        throw new PortError('USING TIMESTAMP cannot go with IF NOT EXISTS', 'invalid');
      }
      const keyColumns = schema.partitionColumns.length + schema.clusteringColumns.length;
      let bound = keyColumns;
      for (let column = 0; column < schema.regularColumns.length; column++) {
        if (schema.regular(values, column) !== undefined) bound++;
      }
      schema.checkBound(values, bound);
      return { kind: statement.kind, key: schema.rowKey(values), values, ttlSeconds };
    }
    case 'select': {
      const limit = statement.limit ?? Infinity;
      if (limit < 1) throw new PortError(`LIMIT ${limit}`, 'invalid');
      const prefix = schema.prefix(values);
      return { kind: 'select', selection: { prefix, reversed: statement.reversed ?? false, limit } };
    }
    case 'delete': {
      const prefix = schema.prefix(values);
      if (prefix.length === 0) return { kind: 'delete-partition' };
      if (prefix.length < schema.clusteringColumns.length) {
        throw new PortError('a DELETE names all clustering columns or none', 'invalid');
      }
      return { kind: 'delete-row', key: schema.rowKey(values) };
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
