import { MeboError } from './error.ts';
import { maxUint16 } from './format.ts';
import type { IndexForm } from './header.ts';

/** Where the columns of each metric lie in the uncompressed payloads, by index. Ends are those of the same column. */
export interface IndexTable {
  readonly ids: BigUint64Array;
  readonly counts: Uint32Array;
  readonly timestamps: ColumnTable;
  readonly values: ColumnTable;
  readonly tags: ColumnTable;
}

export interface ColumnTable {
  readonly starts: Float64Array;
  readonly ends: Float64Array;
}

export function newIndexTable(metricCount: number): IndexTable {
  const columns = (): ColumnTable => ({
    starts: new Float64Array(metricCount),
    ends: new Float64Array(metricCount),
  });
  return {
    ids: new BigUint64Array(metricCount),
    counts: new Uint32Array(metricCount),
    timestamps: columns(),
    values: columns(),
    tags: columns(),
  };
}

export function entryBytes(form: IndexForm): number {
  return form === 'v2-extended' ? 32 : 16;
}

/** The greatest distance between the starts of two neighbours, in bytes of one payload. */
export function greatestDelta({ starts }: ColumnTable): number {
  let greatest = 0;
  for (let i = 1; i < starts.length; i++) {
    greatest = Math.max(greatest, (starts[i] ?? 0) - (starts[i - 1] ?? 0));
  }
  return greatest;
}

/** Whether counts and distances fit an entry of 16 bytes. */
export function fitsCompact(table: IndexTable): boolean {
  return (
    table.counts.every((count) => count <= maxUint16) &&
    greatestDelta(table.timestamps) <= maxUint16 &&
    greatestDelta(table.values) <= maxUint16 &&
    greatestDelta(table.tags) <= maxUint16
  );
}

/** Id, count, and of each column how far its start lies after that of the metric before (mebo-format §1.2). */
export function writeIndex(
  view: DataView,
  start: number,
  table: IndexTable,
  form: IndexForm,
  isLittle: boolean,
): void {
  const isExtended = form === 'v2-extended';
  let at = start;
  const put = (value: number): void => {
    if (isExtended) view.setUint32(at, value, isLittle);
    else view.setUint16(at, value, isLittle);
    at += isExtended ? 4 : 2;
  };
  for (let i = 0; i < table.ids.length; i++) {
    at = start + i * entryBytes(form);
    view.setBigUint64(at, table.ids[i] ?? 0n, isLittle);
    at += 8;
    put(table.counts[i] ?? 0);
    for (const { starts } of [table.timestamps, table.values, table.tags]) {
      put(i === 0 ? 0 : (starts[i] ?? 0) - (starts[i - 1] ?? 0));
    }
  }
}

/** Reads ids, counts and starts; ends follow once the lengths of the payloads are known ({@link setEnds}). */
export function readIndex(
  view: DataView,
  start: number,
  metricCount: number,
  form: IndexForm,
  isLittle: boolean,
): IndexTable {
  const isExtended = form === 'v2-extended';
  const size = entryBytes(form);
  if (start + metricCount * size > view.byteLength) {
    throw new MeboError('truncated', `an index of ${String(metricCount)} metrics`);
  }
  const table = newIndexTable(metricCount);
  const number = isExtended
    ? (at: number, place: number) => view.getUint32(at + 8 + 4 * place, isLittle)
    : (at: number, place: number) => view.getUint16(at + 8 + 2 * place, isLittle);
  for (let i = 0, at = start; i < metricCount; i++, at += size) {
    if (isExtended && view.getBigUint64(at + 24) !== 0n) {
      throw new MeboError('malformed', 'bytes of an index entry that are kept zero');
    }
    const id = view.getBigUint64(at, isLittle);
    const count = number(at, 0);
    if (id === 0n || count === 0) {
      throw new MeboError('malformed', `metric ${String(id)} with ${String(count)} points`);
    }
    table.ids[i] = id;
    table.counts[i] = count;
    for (const [place, { starts }] of [table.timestamps, table.values, table.tags].entries()) {
      const delta = number(at, 1 + place);
      if (i === 0 && delta !== 0) throw new MeboError('malformed', 'a first column that starts late');
      starts[i] = i === 0 ? 0 : (starts[i - 1] ?? 0) + delta;
    }
  }
  return table;
}

/** Each column ends where the next one starts, the last one with the payload. */
export function setEnds({ starts, ends }: ColumnTable, payloadLength: number): void {
  const last = starts.length - 1;
  if ((starts[last] ?? 0) > payloadLength) {
    throw new MeboError('truncated', `a column at ${String(starts[last])} of ${String(payloadLength)} bytes`);
  }
  ends.set(starts.subarray(1));
  ends[last] = payloadLength;
}
