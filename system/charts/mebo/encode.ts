import { writeAlp } from './alp-column.ts';
import { ByteBuffer } from './byte-buffer.ts';
import { writeChimp } from './chimp-column.ts';
import { compress } from './compression.ts';
import { writeDelta } from './delta-column.ts';
import { MeboError } from './error.ts';
import { maxUint16, meboDefaults, meboLimits } from './format.ts';
import type { MeboOptions, TimestampEncoding, ValueEncoding } from './format.ts';
import { writeGorilla } from './gorilla-column.ts';
import { headerBytes, writeHeader } from './header.ts';
import type { IndexForm } from './header.ts';
import { entryBytes, fitsCompact, newIndexTable, writeIndex } from './index-table.ts';
import type { IndexTable } from './index-table.ts';
import { wordsOf } from './metric.ts';
import type { MeboInput } from './metric.ts';
import { nameId, writeNames } from './names.ts';
import { writePacked } from './packed-column.ts';
import { writeRaw } from './raw-column.ts';
import { SharedTimes, sharedTable } from './shared-times.ts';
import type { Owners } from './shared-times.ts';
import { writeTags } from './tag-column.ts';

const timestamps = new ByteBuffer();
const values = new ByteBuffer();

/** One metric with its id, in the order in which the blob keeps them. */
interface Entry {
  readonly id: bigint;
  readonly metric: MeboInput;
}

/**
 * Writes a numeric blob that the Go library reads, and that is the same byte for byte as its own for the same metrics in the
 * same order, unless a compressor has a say (mebo-format §5): then it is the same before compression. Tags are always
 * compressed. Throws {@link MeboError}: `unencodable`, or `limit` for more metrics than a blob can have. Returns bytes of
 * its own.
 *
 * Not modelled: the order of two names of one hash in layout v2 in blobs of over 12 metrics, which in Go depends on
 * an unstable sort; here they keep their order.
 */
export function encodeMebo(metrics: readonly MeboInput[], options: Partial<MeboOptions> = {}): Uint8Array {
  const all: MeboOptions = { ...meboDefaults, ...options };
  const { timestampEncoding, valueEncoding, startTimeUs } = all;
  const isLittle = all.byteOrder === 'little';
  const isSorted = all.layout === 'v2' || all.sharedTimestamps;
  if (BigInt.asIntN(64, startTimeUs) !== startTimeUs) {
    throw new MeboError('unencodable', `start time ${String(startTimeUs)}`);
  }
  const entries = entriesOf(metrics);
  const names = hasCollision(entries) ? metrics.map(({ key }) => String(key)) : undefined;
  if (isSorted) entries.sort((left, right) => (left.id < right.id ? -1 : left.id > right.id ? 1 : 0));
  else assertCounts(entries, maxPointsOfV1(timestampEncoding, valueEncoding));

  const hasTags = all.tags && metrics.some(({ tags }) => tags?.some((tag) => tag !== '') ?? false);
  const tags = new ByteBuffer();
  const index = newIndexTable(entries.length);
  timestamps.length = 0;
  values.length = 0;
  const shared = all.sharedTimestamps ? new SharedTimes(timestamps, entries.length) : undefined;
  for (const [i, { id, metric }] of entries.entries()) {
    index.ids[i] = id;
    index.counts[i] = metric.timesUs.length;
    index.timestamps.starts[i] = timestamps.length;
    index.values.starts[i] = values.length;
    index.tags.starts[i] = tags.length;
    const start = timestamps.length;
    writeTimes(timestamps, timestampEncoding, wordsOf(metric.timesUs), isLittle);
    shared?.add(i, start);
    writeValues(values, valueEncoding, metric.values, isLittle);
    if (hasTags) writeTags(tags, metric.tags ?? emptyTags(metric));
  }

  const indexForm = isSorted ? (fitsCompact(index) ? 'v2' : 'v2-extended') : 'v1';
  if (indexForm === 'v1' && !fitsCompact(index)) {
    throw new MeboError('unencodable', 'a column of over 65,535 bytes in layout v1');
  }
  return assemble(all, { index, indexForm, names, owners: shared?.owners, hasTags }, tags);
}

function emptyTags({ timesUs }: MeboInput): string[] {
  return Array.from({ length: timesUs.length }, () => '');
}

/** What is known once all columns are written. */
interface Written {
  readonly index: IndexTable;
  readonly indexForm: IndexForm;
  readonly names: readonly string[] | undefined;
  readonly owners: Owners | undefined;
  readonly hasTags: boolean;
}

function assemble(options: MeboOptions, written: Written, tags: ByteBuffer): Uint8Array {
  const { index, indexForm, names, owners, hasTags } = written;
  const { timestampCompression, valueCompression, zstdChecksum } = options;
  const isLittle = options.byteOrder === 'little';
  const front = new ByteBuffer();
  front.length = headerBytes;
  if (names !== undefined) writeNames(front, names, isLittle);
  const indexAt = front.length;
  const indexBytes = index.ids.length * entryBytes(indexForm);
  const table = owners === undefined ? new Uint8Array() : sharedTable(owners, isLittle);
  front.reserve(indexBytes);
  writeIndex(front.view, indexAt, index, indexForm, isLittle);
  front.length += indexBytes;
  front.append(table);

  const storedTimestamps = compress(timestampCompression, timestamps.written(), zstdChecksum);
  const storedValues = compress(valueCompression, values.written(), zstdChecksum);
  const storedTags = compress('zstd', tags.written(), zstdChecksum);
  const timestampsAt = front.length;
  const valuesAt = timestampsAt + storedTimestamps.length;
  const tagsAt = valuesAt + storedValues.length;
  writeHeader(front.view, {
    indexForm,
    hasTags,
    isLittle,
    hasNames: names !== undefined,
    hasSharedTimestamps: table.length > 0,
    timestampEncoding: options.timestampEncoding,
    valueEncoding: options.valueEncoding,
    timestampCompression,
    valueCompression,
    startTimeUs: options.startTimeUs,
    metricCount: index.ids.length,
    indexAt,
    timestampsAt,
    valuesAt,
    tagsAt,
  });
  const blob = new Uint8Array(tagsAt + storedTags.length);
  blob.set(front.written());
  blob.set(storedTimestamps, timestampsAt);
  blob.set(storedValues, valuesAt);
  blob.set(storedTags, tagsAt);
  return blob;
}

/** Checks the metrics one by one and together. Names of one hash are no error, equal names and ids are. */
function entriesOf(metrics: readonly MeboInput[]): Entry[] {
  if (metrics.length === 0) throw new MeboError('unencodable', 'a blob without a metric');
  if (metrics.length > meboLimits.maxMetrics)
    throw new MeboError('limit', `${String(metrics.length)} metrics`);
  const kind = typeof metrics[0]?.key;
  const keys = new Set<bigint | string>();
  return metrics.map((metric) => {
    const { key, timesUs } = metric;
    if (typeof key !== kind) throw new MeboError('unencodable', 'ids and names in one blob');
    if (keys.has(key)) throw new MeboError('unencodable', `metric ${String(key)} twice`);
    keys.add(key);
    if (key === '' || (typeof key === 'bigint' && (key <= 0n || BigInt.asUintN(64, key) !== key))) {
      throw new MeboError('unencodable', `metric ${String(key)}`);
    }
    if (timesUs.length === 0) throw new MeboError('unencodable', `metric ${String(key)} without a point`);
    if (
      metric.values.length !== timesUs.length ||
      (metric.tags?.length ?? timesUs.length) !== timesUs.length
    ) {
      throw new MeboError('unencodable', `metric ${String(key)} with columns of different length`);
    }
    return { id: typeof key === 'bigint' ? key : nameId(key), metric };
  });
}

function hasCollision(entries: readonly Entry[]): boolean {
  return new Set(entries.map(({ id }) => id)).size < entries.length;
}

/** Layout v1 bounds the points of a metric by what they could take at worst, not by what they take (mebo-format §1.2). */
function assertCounts(entries: readonly Entry[], maxPoints: number): void {
  for (const { metric } of entries) {
    if (metric.timesUs.length > maxPoints) {
      throw new MeboError(
        'unencodable',
        `metric ${String(metric.key)} with ${String(metric.timesUs.length)} points, over ${String(maxPoints)}`,
      );
    }
  }
}

function maxPointsOfV1(timestampEncoding: TimestampEncoding, valueEncoding: ValueEncoding): number {
  const timestampBytes = { raw: 8, delta: 9, deltapacked: 5 }[timestampEncoding];
  const valueBytes = valueEncoding === 'raw' ? 8 : 9;
  return Math.floor(maxUint16 / Math.max(timestampBytes, valueBytes));
}

function writeTimes(
  buffer: ByteBuffer,
  encoding: TimestampEncoding,
  words: Int32Array,
  isLittle: boolean,
): void {
  switch (encoding) {
    case 'raw':
      writeRaw(buffer, words, isLittle);
      break;
    case 'delta':
      writeDelta(buffer, words);
      break;
    case 'deltapacked':
      writePacked(buffer, words);
      break;
  }
}

function writeValues(
  buffer: ByteBuffer,
  encoding: ValueEncoding,
  column: Float64Array,
  isLittle: boolean,
): void {
  switch (encoding) {
    case 'raw':
      writeRaw(buffer, wordsOf(column), isLittle);
      break;
    case 'gorilla':
      writeGorilla(buffer, wordsOf(column));
      break;
    case 'chimp':
      writeChimp(buffer, wordsOf(column));
      break;
    case 'alp':
      writeAlp(buffer, column, isLittle);
      break;
  }
}
