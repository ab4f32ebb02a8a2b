import type { CqlTable } from '../../../system/ports/cql.ts';
import type { WideStatement } from '../../../system/ports/cql-wide.ts';

/** Two clustering columns and a regular column of every type. */
const wide: CqlTable = {
  name: 'wide',
  partitionKey: ['k'],
  clusteringKey: ['c1', 'c2'],
  columns: { k: 'text', c1: 'int', c2: 'text', a: 'int', b: 'text', d: 'double', e: 'blob', f: 'bigint' },
  defaultTtlSeconds: 0,
};

/** A default TTL, so short that sequences see it end. */
const fading: CqlTable = {
  name: 'fading',
  partitionKey: ['k'],
  clusteringKey: ['c1'],
  columns: { k: 'text', c1: 'int', a: 'int', b: 'text' },
  defaultTtlSeconds: 3,
};

/** One row a partition. */
const single: CqlTable = {
  name: 'single',
  partitionKey: ['k'],
  clusteringKey: [],
  columns: { k: 'text', a: 'int', b: 'text' },
  defaultTtlSeconds: 0,
};

/** No repair on reads. */
const unrepaired: CqlTable = {
  name: 'unrepaired',
  partitionKey: ['k'],
  clusteringKey: [],
  columns: { k: 'text', a: 'int', b: 'text' },
  defaultTtlSeconds: 0,
};

/** Deletions are forgotten after a second, and hints with them (cassandra-and-live 17, 34). */
const forgetful: CqlTable = {
  name: 'forgetful',
  partitionKey: ['k'],
  clusteringKey: [],
  columns: { k: 'text', a: 'int', b: 'text' },
  defaultTtlSeconds: 0,
};

export const conformanceTables = { wide, fading, single, unrepaired, forgetful } as const;

export type TableName = keyof typeof conformanceTables;

/** What differs from a table's default options, for both sides. */
export const tableOptions: Readonly<
  Record<TableName, { readonly gcGraceSeconds: number; readonly readRepair: 'BLOCKING' | 'NONE' }>
> = {
  wide: { gcGraceSeconds: 864_000, readRepair: 'BLOCKING' },
  fading: { gcGraceSeconds: 864_000, readRepair: 'BLOCKING' },
  single: { gcGraceSeconds: 864_000, readRepair: 'BLOCKING' },
  unrepaired: { gcGraceSeconds: 864_000, readRepair: 'NONE' },
  forgetful: { gcGraceSeconds: 1, readRepair: 'NONE' },
};

export const conformanceKeyspace = 'conformance';

/** A read of nothing, to see whether there is an answer. */
export const probe: WideStatement = { kind: 'select', table: single, values: { k: 'probe' } };
