import type { CqlColumnType, CqlRow, CqlTable, CqlValue } from '../../system/ports/cql.ts';
import { PortError } from '../../system/ports/errors.ts';
import type { ClusteringKey, KeyPart } from './clustering.ts';
import { faithful } from './deviations.ts';
import type { Deviations } from './deviations.ts';

/** A table with its columns sorted by role: what a statement is checked against. */
export class TableSchema {
  readonly table: CqlTable;
  readonly partitionColumns: readonly string[];
  readonly clusteringColumns: readonly string[];
  readonly regularColumns: readonly string[];
  /** The regular column whose bytes lie in the partition's segments; -1 where no column is a blob. */
  readonly packedColumn: number;
  readonly deviations: Deviations;
  readonly #names: ReadonlySet<string>;

  /** Throws `PortError('invalid')` on key columns that do not exist or that cannot be ordered. */
  constructor(table: CqlTable, differing: Deviations = faithful) {
    this.deviations = differing;
    this.table = table;
    this.partitionColumns = table.partitionKey;
    this.clusteringColumns = table.clusteringKey;
    for (const column of [...table.partitionKey, ...table.clusteringKey]) {
      const type = table.columns[column];
      if (type === undefined || type === 'blob') {
        throw new PortError(`${table.name}: key column ${column} must be text or a number`, 'invalid');
      }
    }
    if (table.partitionKey.length === 0) throw new PortError(`${table.name}: no partition key`, 'invalid');
    const keys = new Set([...table.partitionKey, ...table.clusteringKey]);
    this.regularColumns = Object.keys(table.columns).filter((column) => !keys.has(column));
    this.packedColumn = this.regularColumns.findIndex((column) => table.columns[column] === 'blob');
    this.#names = new Set(Object.keys(table.columns));
  }

  /** A partition key column's value. Throws `PortError('invalid')` where it is not bound or of another type. */
  partitionPart(values: CqlRow, index: number): KeyPart {
    return this.#keyPart(values, this.partitionColumns[index] as string);
  }

  /** The key of one row: all clustering columns must be bound. */
  rowKey(values: CqlRow): ClusteringKey {
    const columns = this.clusteringColumns;
    if (columns.length === 1) return this.#keyPart(values, columns[0] as string);
    return columns.map((column) => this.#keyPart(values, column));
  }

  /** The leading clustering columns that are bound. A bound column behind one that is not is invalid. */
  prefix(values: CqlRow): readonly KeyPart[] {
    const parts: KeyPart[] = [];
    for (const column of this.clusteringColumns) {
      if (values[column] === undefined) break;
      parts.push(this.#keyPart(values, column));
    }
    this.checkBound(values, this.partitionColumns.length + parts.length);
    return parts;
  }

  /** A regular column: undefined where it is not bound (nothing is written), null for a tombstone (cassandra-and-live 22). */
  regular(values: CqlRow, index: number): CqlValue | undefined {
    const column = this.regularColumns[index] as string;
    const value = values[column];
    if (value === undefined || value === null) return value;
    if (!hasType(value, this.table.columns[column])) {
      throw new PortError(
        `${this.table.name}.${column} is ${this.table.columns[column]}, not ${typeof value}`,
        'invalid',
      );
    }
    return value;
  }

  /** Index of a regular column. Throws `PortError('invalid')` on any other name. */
  regularIndex(column: string): number {
    const index = this.regularColumns.indexOf(column);
    if (index < 0) throw new PortError(`${this.table.name} has no regular column ${column}`, 'invalid');
    return index;
  }

  /** Throws where another number of known columns is bound than `expected`, or an unknown one. */
  checkBound(values: CqlRow, expected: number): void {
    let bound = 0;
    for (const name in values) {
      if (!this.#names.has(name)) {
        throw new PortError(`${this.table.name} has no column ${name}`, 'invalid');
      }
      if (values[name] !== undefined) bound++;
    }
    if (bound !== expected) {
      throw new PortError(
        `${this.table.name}: ${bound} columns are bound where ${expected} fit the statement`,
        'invalid',
      );
    }
  }

  #keyPart(values: CqlRow, column: string): KeyPart {
    const value = values[column];
    if (value === undefined || value === null) {
      throw new PortError(`${this.table.name}: key column ${column} is not bound`, 'invalid');
    }
    if (typeof value === 'object' || !hasType(value, this.table.columns[column])) {
      throw new PortError(
        `${this.table.name}.${column} is ${this.table.columns[column]}, not ${typeof value}`,
        'invalid',
      );
    }
    return value;
  }
}

function hasType(value: CqlValue, type: CqlColumnType | undefined): boolean {
  switch (type) {
    case 'text':
      return typeof value === 'string';
    case 'bigint':
      return Number.isSafeInteger(value);
    case 'int':
      return typeof value === 'number' && (value | 0) === value;
    case 'double':
      return typeof value === 'number';
    case 'blob':
      return value instanceof Uint8Array;
    case undefined:
      return false;
  }
}
