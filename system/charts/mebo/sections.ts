import { decompress } from './compression.ts';
import { MeboError } from './error.ts';
import { maxPayloadBytes } from './format.ts';
import type { MeboLimits, TimestampEncoding, ValueEncoding } from './format.ts';
import { headerBytes, readHeader } from './header.ts';
import type { MeboHeader } from './header.ts';
import { entryBytes, readIndex, setEnds } from './index-table.ts';
import type { IndexTable } from './index-table.ts';
import { namesByIndex, readNames } from './names.ts';
import { readSharedTable } from './shared-times.ts';
import type { Owners } from './shared-times.ts';

/** A blob taken apart, its payloads decompressed but its columns not yet read. */
export interface MeboSections {
  readonly header: MeboHeader;
  readonly index: IndexTable;
  /** By index; absent unless the blob stores names. */
  readonly names: readonly string[] | undefined;
  /** Absent unless the blob shares timestamps. */
  readonly owners: Owners | undefined;
  readonly timestamps: Uint8Array;
  readonly values: Uint8Array;
  readonly tags: Uint8Array;
}

/**
 * Takes a blob apart and checks all that holds between its parts. Throws {@link MeboError}. Nothing is allocated for a
 * count that the blob or `limits` cannot have, and no payload is decompressed beyond what its columns can take.
 */
export function readSections(blob: Uint8Array, limits: MeboLimits): MeboSections {
  const view = new DataView(blob.buffer, blob.byteOffset, blob.byteLength);
  const header = readHeader(view);
  const { indexForm, isLittle, metricCount, indexAt, timestampsAt, valuesAt, tagsAt } = header;
  if (metricCount === 0) throw new MeboError('malformed', 'a blob without a metric');
  if (metricCount > limits.maxMetrics) throw new MeboError('limit', `${String(metricCount)} metrics`);
  const list = header.hasNames ? readNames(view, headerBytes, isLittle) : undefined;
  assertAt('index', indexAt, list?.end ?? headerBytes);
  const index = readIndex(view, indexAt, metricCount, indexForm, isLittle);
  const indexEnd = indexAt + metricCount * entryBytes(indexForm);
  assertIds(index.ids, indexForm !== 'v1', list !== undefined);
  const names = list === undefined ? undefined : namesByIndex(list, index.ids);
  if (tagsAt > blob.length)
    throw new MeboError('truncated', `${String(blob.length)} of ${String(tagsAt)} bytes`);
  if (timestampsAt < indexEnd || valuesAt < timestampsAt || tagsAt < valuesAt) {
    throw new MeboError('malformed', 'payloads that lie before one another');
  }
  if (!header.hasTags) assertAt('end', tagsAt, blob.length);
  let owners: Owners | undefined;
  if (header.hasSharedTimestamps) {
    if (indexForm === 'v1') throw new MeboError('malformed', 'shared timestamps in layout v1');
    owners = readSharedTable(view, indexEnd, timestampsAt, metricCount, isLittle);
  } else {
    assertAt('timestamps', timestampsAt, indexEnd);
  }
  const points = countPoints(index.counts, limits.maxPoints);
  const timestamps = decompress(
    header.timestampCompression,
    blob.subarray(timestampsAt, valuesAt),
    mostTimestampBytes(header.timestampEncoding, points, metricCount),
  );
  const values = decompress(
    header.valueCompression,
    blob.subarray(valuesAt, tagsAt),
    mostValueBytes(header.valueEncoding, points, metricCount),
  );
  const tags = header.hasTags ? decompress('zstd', blob.subarray(tagsAt), maxPayloadBytes) : new Uint8Array();
  setEnds(index.timestamps, timestamps.length);
  setEnds(index.values, values.length);
  setEnds(index.tags, tags.length);
  return { header, index, names, owners, timestamps, values, tags };
}

function assertAt(what: string, offset: number, expected: number): void {
  if (offset !== expected) {
    throw new MeboError('malformed', `${what} at ${String(offset)} instead of ${String(expected)}`);
  }
}

/** Ids rise in layout v2, and are unique in both unless names tell metrics of one hash apart. */
function assertIds(ids: BigUint64Array, isSorted: boolean, hasNames: boolean): void {
  const sorted = isSorted ? ids : ids.toSorted();
  for (let i = 1; i < sorted.length; i++) {
    const id = sorted[i] ?? 0n;
    const before = sorted[i - 1] ?? 0n;
    if (id > before || (id === before && hasNames)) continue;
    throw new MeboError('malformed', `id ${String(id)} after ${String(before)}`);
  }
}

function countPoints(counts: Uint32Array, maxPoints: number): number {
  let points = 0;
  for (const count of counts) points += count;
  if (points > maxPoints) throw new MeboError('limit', `${String(points)} points`);
  return points;
}

function mostTimestampBytes(encoding: TimestampEncoding, points: number, metrics: number): number {
  switch (encoding) {
    case 'raw':
      return atMostPayload(8 * points);
    case 'delta':
      return atMostPayload(10 * points);
    case 'deltapacked':
      return atMostPayload(10 * points + metrics);
  }
}

/** A column of exceptions only would take 20 bytes a point; no encoder writes one, but a reader can make sense of it. */
function mostValueBytes(encoding: ValueEncoding, points: number, metrics: number): number {
  switch (encoding) {
    case 'raw':
      return atMostPayload(8 * points);
    case 'gorilla':
      return atMostPayload(10 * points);
    case 'chimp':
      return atMostPayload(9 * points);
    case 'alp':
      return atMostPayload(21 * points + 32 * metrics);
  }
}

function atMostPayload(bytes: number): number {
  return Math.min(bytes, maxPayloadBytes);
}
