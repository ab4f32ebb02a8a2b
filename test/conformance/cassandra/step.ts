import type { CqlRow, CqlValue } from '../../../system/ports/cql.ts';
import type {
  ConditionOperator,
  CqlCondition,
  SerialConsistency,
  WideConsistency,
  WideStatement,
  WideWrite,
} from '../../../system/ports/cql-wide.ts';
import { conformanceTables, type TableName } from './tables.ts';

/** A value that JSON can hold: bytes as `{ hex }`. */
export type CellSpec = string | number | null | { readonly hex: string };
export type RowSpec = Readonly<Record<string, CellSpec>>;

export type ConditionSpec =
  | { readonly kind: 'if-not-exists' | 'if-exists' }
  | {
      readonly kind: 'if';
      readonly columns: readonly {
        readonly column: string;
        readonly operator: ConditionOperator;
        readonly value: CellSpec;
      }[];
    };

export interface WriteSpec {
  readonly kind: 'insert' | 'update' | 'delete-cells' | 'delete';
  readonly table: TableName;
  readonly values: RowSpec;
  /** Of `delete-cells`. */
  readonly columns?: readonly string[];
  /** Relative to the rig's base, so that one sequence means the same on any day. */
  readonly timestampUs?: number;
  readonly ttlSeconds?: number;
  readonly condition?: ConditionSpec;
}

export interface SelectSpec {
  readonly kind: 'select';
  readonly table: TableName;
  readonly values: RowSpec;
  readonly reversed?: boolean;
  readonly limit?: number;
  readonly withStamps?: boolean;
}

export interface BatchSpec {
  readonly kind: 'batch';
  readonly logged: boolean;
  readonly writes: readonly WriteSpec[];
}

export type StatementSpec = WriteSpec | SelectSpec | BatchSpec;

/** One operation of a generated sequence, as data. */
export interface Step {
  /** Time that passes before. */
  readonly waitMs: number;
  readonly client: number;
  readonly coordinator: number;
  readonly consistency: WideConsistency;
  readonly serialConsistency: SerialConsistency;
  /** Whose clock stamps a write without its own timestamp (cassandra-and-live 24). */
  readonly stamp: 'client' | 'server';
  readonly statement: StatementSpec;
}

export type Sequence = readonly Step[];

export function tablesOf(statement: StatementSpec): readonly TableName[] {
  return statement.kind === 'batch' ? statement.writes.map(({ table }) => table) : [statement.table];
}

export function isConditional(statement: StatementSpec): boolean {
  if (statement.kind === 'select') return false;
  if (statement.kind === 'batch') return statement.writes.some(({ condition }) => condition !== undefined);
  return statement.condition !== undefined;
}

/** The statement for a rig whose base is `baseUs`; partition keys get a prefix, so that sequences do not meet. */
export function toStatement(spec: StatementSpec, baseUs: number, prefix: string): WideStatement {
  switch (spec.kind) {
    case 'select': {
      const { table, values, ...rest } = spec;
      return { ...rest, table: conformanceTables[table], values: toRow(values, prefix) };
    }
    case 'batch':
      return {
        kind: 'batch',
        logged: spec.logged,
        writes: spec.writes.map((write) => toWrite(write, baseUs, prefix)),
      };
    case 'insert':
    case 'update':
    case 'delete':
    case 'delete-cells':
      return toWrite(spec, baseUs, prefix);
  }
}

function toWrite(spec: WriteSpec, baseUs: number, prefix: string): WideWrite {
  const common = {
    table: conformanceTables[spec.table],
    values: toRow(spec.values, prefix),
    ...(spec.timestampUs === undefined ? {} : { timestampUs: baseUs + spec.timestampUs }),
    ...(spec.condition === undefined ? {} : { condition: toCondition(spec.condition) }),
  };
  const expiry = spec.ttlSeconds === undefined ? {} : { ttlSeconds: spec.ttlSeconds };
  switch (spec.kind) {
    case 'insert':
    case 'update':
      return { kind: spec.kind, ...common, ...expiry };
    case 'delete-cells':
      return { kind: spec.kind, ...common, columns: spec.columns ?? [] };
    case 'delete':
      return { kind: spec.kind, ...common };
  }
}

function toCondition(spec: ConditionSpec): CqlCondition {
  if (spec.kind !== 'if') return { kind: spec.kind };
  return {
    kind: 'if',
    columns: spec.columns.map(({ column, operator, value }) => ({ column, operator, value: toValue(value) })),
  };
}

function toRow(spec: RowSpec, prefix: string): CqlRow {
  return Object.fromEntries(
    Object.entries(spec).map(([column, value]) => [
      column,
      column === 'k' ? `${prefix}/${String(value)}` : toValue(value),
    ]),
  );
}

function toValue(spec: CellSpec): CqlValue {
  return typeof spec === 'object' && spec !== null ? new Uint8Array(Buffer.from(spec.hex, 'hex')) : spec;
}

/** A row as data, its partition key without the prefix. */
export function fromRow(row: CqlRow): RowSpec {
  return Object.fromEntries(
    Object.entries(row)
      .filter((entry): entry is [string, CqlValue] => entry[1] !== undefined)
      .map(([column, value]) => [column, fromValue(column, value)]),
  );
}

function fromValue(column: string, value: CqlValue): CellSpec {
  if (value instanceof Uint8Array) return { hex: Buffer.from(value).toString('hex') };
  if (column === 'k' && typeof value === 'string') return value.slice(value.lastIndexOf('/') + 1);
  return value;
}
