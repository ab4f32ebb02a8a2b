import * as fc from 'fast-check';
import type { WideConsistency } from '../../../system/ports/cql-wide.ts';
import { regularColumnsOf } from '../../../system/ports/cql-wide.ts';
import type { CqlColumnType } from '../../../system/ports/cql.ts';
import { isConditional } from './step.ts';
import type {
  BatchSpec,
  CellSpec,
  ConditionSpec,
  RowSpec,
  SelectSpec,
  Sequence,
  StatementSpec,
  Step,
  WriteSpec,
} from './step.ts';
import { conformanceTables, type TableName } from './tables.ts';
import { clientSkewsUs } from './observation.ts';

/** Few values, chosen so that ties, signs and byte order matter. */
function cell(type: CqlColumnType): fc.Arbitrary<CellSpec> {
  switch (type) {
    case 'text':
      return fc.constantFrom<CellSpec>('', 'a', 'b', 'é', '\u{1F600}', '￿');
    case 'int':
      return fc.constantFrom<CellSpec>(0, 1, 2, -1, -2_147_483_648);
    case 'bigint':
      return fc.constantFrom<CellSpec>(0, 1, -1, 9_007_199_254_740_991, -9_007_199_254_740_991);
    case 'double':
      return fc.constantFrom<CellSpec>(0, 1.5, -1.5, 1e300, -1e-300);
    case 'blob':
      return fc.constantFrom<CellSpec>({ hex: '' }, { hex: '00' }, { hex: '00ff' }, { hex: 'ff' });
  }
}

/** Any of the columns, each bound to a value or to null, or not bound. */
function someCells(columns: readonly (readonly [string, CqlColumnType])[]): fc.Arbitrary<RowSpec> {
  return fc
    .tuple(
      ...columns.map(([, type]) =>
        fc.oneof(
          { weight: 3, arbitrary: fc.constant(undefined) },
          { weight: 5, arbitrary: cell(type) },
          {
            weight: 1,
            arbitrary: fc.constant(null),
          },
        ),
      ),
    )
    .map((cells) =>
      Object.fromEntries(
        columns.flatMap(([column], index): [string, CellSpec][] => {
          const value = cells[index];
          return value === undefined ? [] : [[column, value]];
        }),
      ),
    );
}

const partitionKeys = fc.constantFrom('p', 'p', 'p', 'q');

/** The partition key and a leading part of the clustering key. */
function keyPrefix(table: TableName, length: number): fc.Arbitrary<RowSpec> {
  const { clusteringKey } = conformanceTables[table];
  return fc
    .tuple(partitionKeys, fc.constantFrom(0, 1), fc.constantFrom('x', 'y'))
    .map(([k, c1, c2]): RowSpec => {
      const parts: Record<string, CellSpec> = { k };
      if (length > 0 && clusteringKey.length > 0) parts['c1'] = c1;
      if (length > 1 && clusteringKey.length > 1) parts['c2'] = c2;
      return parts;
    });
}

/** Few instants, so that timestamps meet; before and long after those of any clock. */
const timestamps = fc.constantFrom(-3_000_000, -2_999_999, -1_000_000, 3_600_000_000);

const lifetimes = fc.constantFrom(0, 1, 2, 3, 100, 101);

function condition(table: TableName, kind: WriteSpec['kind']): fc.Arbitrary<ConditionSpec> {
  if (kind === 'insert') return fc.constant({ kind: 'if-not-exists' });
  const columns = regularColumnsOf(conformanceTables[table]);
  const test = fc.constantFrom(...columns).chain(([column, type]) =>
    fc.oneof(
      fc.record({
        column: fc.constant(column),
        operator: fc.constantFrom(
          '=' as const,
          '!=' as const,
          '<' as const,
          '<=' as const,
          '>' as const,
          '>=' as const,
        ),
        value: cell(type),
      }),
      fc.record({
        column: fc.constant(column),
        operator: fc.constantFrom('=' as const, '!=' as const),
        value: fc.constant(null),
      }),
    ),
  );
  return fc.oneof(
    fc.constant<ConditionSpec>({ kind: 'if-exists' }),
    fc
      .uniqueArray(test, { minLength: 1, maxLength: 2, selector: ({ column }) => column })
      .map((tests): ConditionSpec => ({ kind: 'if', columns: tests })),
  );
}

function maybe<T>(share: number, arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> {
  return fc.oneof({ weight: 100 - share, arbitrary: fc.constant(undefined) }, { weight: share, arbitrary });
}

function write(table: TableName, conditions: number, stamps: number): fc.Arbitrary<WriteSpec> {
  const schema = conformanceTables[table];
  const regular = regularColumnsOf(schema);
  const names = regular.map(([column]) => column);
  const kinds = fc.constantFrom(
    ...(['insert', 'insert', 'insert', 'update', 'update', 'update', 'delete-cells', 'delete'] as const),
  );
  return kinds.chain((kind) =>
    fc
      .record({
        length: kind === 'delete' ? fc.constantFrom(0, 1, 2, 2) : fc.constant(2),
        cells: someCells(regular),
        least: fc
          .constantFrom(...regular)
          .chain(([column, type]) => cell(type).map((value) => ({ [column]: value }))),
        columns: fc.uniqueArray(fc.constantFrom(...names), { minLength: 1, maxLength: 2 }),
        timestampUs: maybe(stamps, timestamps),
        ttlSeconds: maybe(35, lifetimes),
        condition: maybe(conditions, condition(table, kind)),
      })
      .chain((parts) =>
        keyPrefix(table, parts.length).map((key): WriteSpec => {
          const full = Object.keys(key).length === 1 + schema.clusteringKey.length;
          const conditional = parts.condition !== undefined && full ? parts.condition : undefined;
          return {
            kind,
            table,
            values:
              kind === 'insert'
                ? { ...key, ...parts.cells }
                : kind === 'update'
                  ? { ...key, ...parts.least, ...parts.cells }
                  : key,
            ...(kind === 'delete-cells' ? { columns: parts.columns } : {}),
            ...(parts.timestampUs === undefined || conditional !== undefined
              ? {}
              : { timestampUs: parts.timestampUs }),
            ...(parts.ttlSeconds === undefined || kind === 'delete' || kind === 'delete-cells'
              ? {}
              : { ttlSeconds: parts.ttlSeconds }),
            ...(conditional === undefined ? {} : { condition: conditional }),
          };
        }),
      ),
  );
}

function select(table: TableName): fc.Arbitrary<SelectSpec> {
  const { clusteringKey } = conformanceTables[table];
  return fc
    .record({
      length: fc.constantFrom(0, 0, 0, 1, 2),
      reversed: maybe(20, fc.constant(true)),
      limit: maybe(15, fc.constantFrom(1, 2)),
      withStamps: maybe(60, fc.constant(true)),
    })
    .chain(({ length, reversed, limit, withStamps }) =>
      keyPrefix(table, length).map((values): SelectSpec => ({
        kind: 'select',
        table,
        values,
        ...(reversed === undefined || clusteringKey.length === 0 ? {} : { reversed }),
        ...(limit === undefined ? {} : { limit }),
        ...(withStamps === undefined ? {} : { withStamps }),
      })),
    );
}

function batch(table: TableName): fc.Arbitrary<BatchSpec> {
  const plain = fc.record({
    kind: fc.constant('batch' as const),
    logged: fc.boolean(),
    writes: fc.array(write(table, 0, 20), { minLength: 1, maxLength: 4 }),
  });
  // Conditions: one partition, no timestamps of its own.
  const conditional = fc
    .record({
      kind: fc.constant('batch' as const),
      logged: fc.boolean(),
      writes: fc.array(write(table, 60, 0), { minLength: 1, maxLength: 3 }),
    })
    .map((spec): BatchSpec => ({
      ...spec,
      writes: spec.writes.map((each) => ({ ...each, values: { ...each.values, k: 'p' } })),
    }));
  return fc.oneof({ weight: 3, arbitrary: plain }, { weight: 1, arbitrary: conditional });
}

/** Levels of which any read sees any acknowledged write, so that one answer is right. */
interface Levels {
  readonly writes: readonly WideConsistency[];
  readonly reads: readonly WideConsistency[];
}

const levelsByNodes: ReadonlyMap<number, Levels> = new Map([
  [
    1,
    {
      writes: ['ANY', 'ONE', 'TWO', 'QUORUM', 'ALL', 'LOCAL_ONE', 'LOCAL_QUORUM', 'EACH_QUORUM', 'SERIAL'],
      reads: [
        'ONE',
        'THREE',
        'QUORUM',
        'ALL',
        'LOCAL_ONE',
        'LOCAL_QUORUM',
        'EACH_QUORUM',
        'SERIAL',
        'LOCAL_SERIAL',
      ],
    },
  ],
  [
    3,
    {
      writes: ['QUORUM', 'LOCAL_QUORUM', 'EACH_QUORUM', 'ALL', 'TWO', 'THREE'],
      reads: ['QUORUM', 'LOCAL_QUORUM', 'EACH_QUORUM', 'ALL', 'TWO', 'THREE', 'SERIAL', 'LOCAL_SERIAL'],
    },
  ],
]);

function step(nodeCount: number, table: TableName): fc.Arbitrary<Step> {
  const levels = levelsByNodes.get(nodeCount);
  if (levels === undefined) throw new Error(`no sequences are made for ${nodeCount} nodes`);
  const plain = nodeCount === 1 ? (['ONE', 'QUORUM'] as const) : (['QUORUM', 'ALL'] as const);
  const statement: fc.Arbitrary<StatementSpec> = fc.oneof(
    { weight: 10, arbitrary: write(table, 25, 40) },
    { weight: 8, arbitrary: select(table) },
    { weight: 2, arbitrary: batch(table) },
  );
  return statement.chain((spec) =>
    fc.record({
      waitMs: fc.constantFrom(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 300, 1000, 2000),
      client: fc.nat(clientSkewsUs.length - 1),
      coordinator: fc.nat(nodeCount - 1),
      consistency: fc.oneof(
        { weight: 3, arbitrary: fc.constantFrom<WideConsistency>(...plain) },
        {
          weight: 1,
          arbitrary: fc.constantFrom<WideConsistency>(...levelsFor(spec, levels)),
        },
      ),
      serialConsistency: fc.constantFrom('SERIAL' as const, 'LOCAL_SERIAL' as const),
      stamp: fc.constantFrom('client' as const, 'client' as const, 'client' as const, 'server' as const),
      statement: fc.constant(spec),
    }),
  );
}

/** A claim at ANY is answered before its commit is anywhere: what the next read sees is chance. */
function levelsFor(spec: StatementSpec, { reads, writes }: Levels): readonly WideConsistency[] {
  if (spec.kind === 'select') return reads;
  return isConditional(spec) ? writes.filter((level) => level !== 'ANY') : writes;
}

/** Sequences on one table for a ring of one or three nodes; they end with a look at everything. */
export function sequences(nodeCount: number): fc.Arbitrary<Sequence> {
  return fc
    .constantFrom<TableName>('wide', 'wide', 'fading', 'single')
    .chain((table) =>
      fc
        .array(step(nodeCount, table), { minLength: 4, maxLength: 36, size: 'max' })
        .map((steps) => [...steps, finalLook(table, 'p'), finalLook(table, 'q')]),
    );
}

function finalLook(table: TableName, key: string): Step {
  return {
    waitMs: 0,
    client: 0,
    coordinator: 0,
    consistency: 'QUORUM',
    serialConsistency: 'SERIAL',
    stamp: 'client',
    statement: { kind: 'select', table, values: { k: key }, withStamps: true },
  };
}
