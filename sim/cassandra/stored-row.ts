import type { CqlValue } from '../../system/ports/cql.ts';
import { compareBytes, compareValues, isLiveCell, neverSecond, resolveCells, sameCell } from './cells.ts';
import type { Cell } from './cells.ts';
import type { TableSchema } from './table-schema.ts';

const neverWrittenUs = -Infinity;

/**
 * A row as one INSERT without nulls wrote it: one timestamp and one expiry for the row and all its cells. Nearly all
 * rows are of this kind, so it is kept small: the blob lies in a segment of its partition.
 */
export class PlainRow {
  readonly timestampUs: number;
  /** `neverSecond` for a row without TTL. */
  readonly expirySecond: number;
  /** By regular column, the packed one aside; undefined where nothing was bound. Absent when no other column exists. */
  readonly others: readonly (CqlValue | undefined)[] | undefined;
  readonly segment: Uint8Array | undefined;
  readonly offset: number;
  readonly length: number;

  constructor(
    timestampUs: number,
    expirySecond: number,
    others: readonly (CqlValue | undefined)[] | undefined,
    segment: Uint8Array | undefined,
    offset: number,
    length: number,
  ) {
    this.timestampUs = timestampUs;
    this.expirySecond = expirySecond;
    this.others = others;
    this.segment = segment;
    this.offset = offset;
    this.length = length;
  }

  packed(): Uint8Array | undefined {
    return this.segment?.subarray(this.offset, this.offset + this.length);
  }
}

/** A row with everything that can differ cell by cell: nulls, several writes, deletions. */
export interface MixedRow {
  readonly livenessUs: number;
  readonly livenessSecond: number;
  /** What is not newer than this is deleted (cassandra-and-live 19); -Infinity when never deleted. */
  readonly deletionUs: number;
  /** The coordinator's second at that deletion. */
  readonly deletionSecond: number;
  /** By regular column. */
  readonly cells: readonly (Cell | undefined)[];
}

export type StoredRow = PlainRow | MixedRow;

export function deletedRow(schema: TableSchema, deletionUs: number, deletionSecond = 0): MixedRow {
  return {
    livenessUs: neverWrittenUs,
    livenessSecond: neverSecond,
    deletionUs,
    deletionSecond,
    cells: schema.regularColumns.map(() => undefined),
  };
}

function plainValue(schema: TableSchema, row: PlainRow, column: number): CqlValue | undefined {
  return column === schema.packedColumn ? row.packed() : row.others?.[column];
}

function toMixed(schema: TableSchema, row: StoredRow): MixedRow {
  if (!(row instanceof PlainRow)) return row;
  return {
    livenessUs: row.timestampUs,
    livenessSecond: row.expirySecond,
    deletionUs: neverWrittenUs,
    deletionSecond: 0,
    cells: schema.regularColumns.map((_, column) => {
      const value = plainValue(schema, row, column);
      if (value === undefined) return undefined;
      return { timestampUs: row.timestampUs, tombstone: false, localSecond: row.expirySecond, value };
    }),
  };
}

function coversAllColumns(schema: TableSchema, row: PlainRow): boolean {
  if (schema.packedColumn >= 0 && row.segment === undefined) return false;
  const others = row.others;
  if (others === undefined) return true;
  for (let column = 0; column < others.length; column++) {
    if (column !== schema.packedColumn && others[column] === undefined) return false;
  }
  return true;
}

/**
 * Both rows as one: cell by cell (cassandra-and-live 18), liveness by its own rule (20), deletions over all (19).
 * Idempotent, commutative, associative. Returns one of the two objects where that one says it all.
 */
export function mergeRows(schema: TableSchema, left: StoredRow, right: StoredRow): StoredRow {
  if (left === right) return left;
  if (left instanceof PlainRow && right instanceof PlainRow) {
    if (left.timestampUs === right.timestampUs) {
      if (samePlain(schema, left, right)) return left;
    } else {
      const newer = left.timestampUs > right.timestampUs ? left : right;
      if (coversAllColumns(schema, newer)) return newer;
    }
  }
  const first = toMixed(schema, left);
  const second = toMixed(schema, right);
  const merged = mergeMixed(schema, first, second);
  if (sameMixed(merged, first)) return left;
  if (sameMixed(merged, second)) return right;
  return merged;
}

function mergeMixed(schema: TableSchema, left: MixedRow, right: MixedRow): MixedRow {
  const deletion = isNewerDeletion(left, right) ? left : right;
  const { deletionUs, deletionSecond } = deletion;
  const liveness = livenessOf(left, right);
  const cells = left.cells.map((cell, column) => {
    const other = right.cells[column];
    const kept =
      cell === undefined ? other : other === undefined ? cell : resolveCells(cell, other, schema.deviations);
    return kept !== undefined && kept.timestampUs > deletionUs ? kept : undefined;
  });
  const alive = liveness.livenessUs > deletionUs;
  return {
    livenessUs: alive ? liveness.livenessUs : neverWrittenUs,
    livenessSecond: alive ? liveness.livenessSecond : neverSecond,
    deletionUs,
    deletionSecond,
    cells,
  };
}

/** Larger timestamp, then the later second. */
function isNewerDeletion(left: MixedRow, right: MixedRow): boolean {
  if (left.deletionUs !== right.deletionUs) return left.deletionUs > right.deletionUs;
  return left.deletionSecond >= right.deletionSecond;
}

/** Larger timestamp; on a tie expiring before plain, then the later expiry (cassandra-and-live 20). */
function livenessOf(left: MixedRow, right: MixedRow): MixedRow {
  if (left.livenessUs !== right.livenessUs) return left.livenessUs > right.livenessUs ? left : right;
  if ((left.livenessSecond === neverSecond) !== (right.livenessSecond === neverSecond)) {
    return left.livenessSecond === neverSecond ? right : left;
  }
  return left.livenessSecond >= right.livenessSecond ? left : right;
}

function samePlain(schema: TableSchema, left: PlainRow, right: PlainRow): boolean {
  if (left.timestampUs !== right.timestampUs || left.expirySecond !== right.expirySecond) return false;
  for (let column = 0; column < schema.regularColumns.length; column++) {
    const one = plainValue(schema, left, column);
    const other = plainValue(schema, right, column);
    if (one === undefined || other === undefined) {
      if (one !== other) return false;
    } else if (compareValues(one, other) !== 0) {
      return false;
    }
  }
  return true;
}

function sameMixed(left: MixedRow, right: MixedRow): boolean {
  return (
    left.livenessUs === right.livenessUs &&
    left.livenessSecond === right.livenessSecond &&
    left.deletionUs === right.deletionUs &&
    left.deletionSecond === right.deletionSecond &&
    left.cells.every((cell, column) => sameCell(cell, right.cells[column]))
  );
}

/** Equal in all that a digest covers. */
export function sameRow(schema: TableSchema, left: StoredRow, right: StoredRow): boolean {
  if (left === right) return true;
  if (left instanceof PlainRow && right instanceof PlainRow) return samePlain(schema, left, right);
  return sameMixed(toMixed(schema, left), toMixed(schema, right));
}

/** The row under a deletion of its partition; undefined where nothing of it is left. */
export function shadowRow(schema: TableSchema, row: StoredRow, deletionUs: number): StoredRow | undefined {
  if (deletionUs === neverWrittenUs) return row;
  if (row instanceof PlainRow) return row.timestampUs > deletionUs ? row : undefined;
  const shadowed = mergeMixed(schema, row, deletedRow(schema, deletionUs));
  const empty = shadowed.livenessUs === neverWrittenUs && shadowed.cells.every((cell) => cell === undefined);
  if (empty && row.deletionUs <= deletionUs) return undefined;
  const { deletionSecond } = row;
  const left = { ...shadowed, deletionUs: row.deletionUs, deletionSecond };
  return sameMixed(left, row) ? row : left;
}

/** A row exists while its liveness or any of its cells is live (cassandra-and-live 20, 29). */
export function isLiveRow(row: StoredRow, nowSecond: number): boolean {
  if (row instanceof PlainRow) return nowSecond < row.expirySecond;
  if (row.livenessUs > neverWrittenUs && nowSecond < row.livenessSecond) return true;
  return row.cells.some((cell) => cell !== undefined && isLiveCell(cell, nowSecond));
}

/** What a SELECT shows in a column of a live row. */
export function visibleValue(
  schema: TableSchema,
  row: StoredRow,
  column: number,
  nowSecond: number,
): CqlValue {
  if (row instanceof PlainRow) return plainValue(schema, row, column) ?? null;
  const cell = row.cells[column];
  return cell !== undefined && isLiveCell(cell, nowSecond) ? cell.value : null;
}

/** When a column's visible value was written, and when it expires (`neverSecond`: not); undefined where nothing is visible. */
export function stampOf(
  schema: TableSchema,
  row: StoredRow,
  column: number,
  nowSecond: number,
): { readonly timestampUs: number; readonly expirySecond: number } | undefined {
  if (row instanceof PlainRow) {
    if (plainValue(schema, row, column) === undefined) return undefined;
    return { timestampUs: row.timestampUs, expirySecond: row.expirySecond };
  }
  const cell = row.cells[column];
  if (cell === undefined || !isLiveCell(cell, nowSecond)) return undefined;
  return { timestampUs: cell.timestampUs, expirySecond: cell.localSecond };
}

/**
 * The row without what gc grace lets a compaction take away: old tombstones and what expired long ago; undefined where
 * nothing is left (cassandra-and-live 32). A cell's TTL is taken as its expiry less the second of its timestamp.
 */
export function purgeRow(row: StoredRow, nowSecond: number, graceSeconds: number): StoredRow | undefined {
  const isGone = (timestampUs: number, expirySecond: number): boolean =>
    expirySecond !== neverSecond &&
    nowSecond >= expirySecond &&
    nowSecond >= Math.floor(timestampUs / 1e6) + graceSeconds;
  if (row instanceof PlainRow) return isGone(row.timestampUs, row.expirySecond) ? undefined : row;
  const cells = row.cells.map((cell) => {
    if (cell === undefined) return undefined;
    if (cell.tombstone) return cell.localSecond + graceSeconds <= nowSecond ? undefined : cell;
    return isGone(cell.timestampUs, cell.localSecond) ? undefined : cell;
  });
  const deleted = row.deletionUs > neverWrittenUs && row.deletionSecond + graceSeconds > nowSecond;
  const alive = row.livenessUs > neverWrittenUs && !isGone(row.livenessUs, row.livenessSecond);
  if (!deleted && !alive && cells.every((cell) => cell === undefined)) return undefined;
  return {
    livenessUs: alive ? row.livenessUs : neverWrittenUs,
    livenessSecond: alive ? row.livenessSecond : neverSecond,
    deletionUs: deleted ? row.deletionUs : neverWrittenUs,
    deletionSecond: deleted ? row.deletionSecond : 0,
    cells,
  };
}

/** True where the packed bytes of a row are just these. */
export function hasPackedBytes(row: StoredRow | undefined, bytes: Uint8Array): row is PlainRow {
  if (!(row instanceof PlainRow)) return false;
  const packed = row.packed();
  return packed !== undefined && packed.length === bytes.length && compareBytes(packed, bytes) === 0;
}
