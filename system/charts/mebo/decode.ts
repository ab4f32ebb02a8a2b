import { readAlp } from './alp-column.ts';
import { padded } from './byte-buffer.ts';
import type { PaddedBytes } from './byte-buffer.ts';
import { readChimp } from './chimp-column.ts';
import { readDelta } from './delta-column.ts';
import { MeboError } from './error.ts';
import { meboLimits } from './format.ts';
import type { MeboLimits, TimestampEncoding, ValueEncoding } from './format.ts';
import { readGorilla } from './gorilla-column.ts';
import type { MeboHeader } from './header.ts';
import type { ColumnTable } from './index-table.ts';
import type { MeboMetric } from './metric.ts';
import { readPacked } from './packed-column.ts';
import { readRaw } from './raw-column.ts';
import { readSections } from './sections.ts';
import type { MeboSections } from './sections.ts';
import { readTags } from './tag-column.ts';

/** What a numeric Mebo blob holds. */
export interface MeboBlob {
  readonly header: MeboHeader;
  /** In the order of the blob's index: as inserted in layout v1, by rising id in v2. */
  readonly metrics: readonly MeboMetric[];
}

/**
 * Reads a numeric blob of either layout (mebo-format). Throws {@link MeboError} and nothing else, in time and memory that
 * `limits` and the blob's length bound. Every column must be exactly as long as the index says; beyond that the format has
 * no checksum, so damage inside a column may go unnoticed. Keeps no reference to `blob`.
 */
export function decodeMebo(blob: Uint8Array, limits: MeboLimits = meboLimits): MeboBlob {
  const sections = readSections(blob, limits);
  const { header, index, names, owners } = sections;
  const timesOf = readAllTimes(sections);
  const valuesOf = readAllValues(sections);
  const tags = padded(sections.tags);
  const metrics: MeboMetric[] = [];
  for (let i = 0; i < index.ids.length; i++) {
    const name = names?.[i];
    metrics.push({
      id: index.ids[i] ?? 0n,
      ...(name === undefined ? {} : { name }),
      timesUs: timesOf(owners?.[i] ?? i),
      values: valuesOf(i),
      ...(header.hasTags
        ? { tags: readTags(tags, index.tags.starts[i] ?? 0, index.tags.ends[i] ?? 0, index.counts[i] ?? 0) }
        : {}),
    });
  }
  return { header, metrics };
}

/** Reads every timestamp column into one piece of memory; the function gives the part of a metric that owns its column. */
function readAllTimes(sections: MeboSections): (index: number) => BigInt64Array {
  const { header, index, owners } = sections;
  const { counts } = index;
  const payload = padded(sections.timestamps);
  const firsts = new Float64Array(counts.length + 1);
  for (let i = 0; i < counts.length; i++) {
    const owner = owners?.[i] ?? i;
    const count = counts[i] ?? 0;
    if (owner !== i) assertMember(index.timestamps, i, count, counts[owner] ?? 0);
    else assertRoom(index.timestamps, i, count, 1);
    firsts[i + 1] = (firsts[i] ?? 0) + (owner === i ? count : 0);
  }
  const times = new BigInt64Array(firsts[counts.length] ?? 0);
  const words = new Int32Array(times.buffer);
  for (let i = 0; i < counts.length; i++) {
    if ((owners?.[i] ?? i) !== i) continue;
    readTimes(
      header.timestampEncoding,
      payload,
      index.timestamps.starts[i] ?? 0,
      index.timestamps.ends[i] ?? 0,
      words.subarray(2 * (firsts[i] ?? 0), 2 * (firsts[i + 1] ?? 0)),
      header.isLittle,
    );
  }
  return (i) => times.subarray(firsts[i], firsts[i + 1]);
}

function assertMember({ starts, ends }: ColumnTable, index: number, count: number, ownerCount: number): void {
  if (starts[index] !== ends[index] || count !== ownerCount) {
    throw new MeboError('malformed', `metric ${String(index)} shares timestamps but is not like their owner`);
  }
}

/** No encoding takes less than `bytesPerPoint`, so a short column cannot claim many points. */
function assertRoom(
  { starts, ends }: ColumnTable,
  index: number,
  count: number,
  bytesPerPoint: number,
): void {
  const bytes = (ends[index] ?? 0) - (starts[index] ?? 0);
  if (bytes < count * bytesPerPoint) {
    throw new MeboError('truncated', `${String(count)} points in ${String(bytes)} bytes`);
  }
}

function readTimes(
  encoding: TimestampEncoding,
  payload: PaddedBytes,
  start: number,
  end: number,
  words: Int32Array,
  isLittle: boolean,
): void {
  switch (encoding) {
    case 'raw':
      readRaw(payload, start, end, words, isLittle);
      break;
    case 'delta':
      readDelta(payload, start, end, words);
      break;
    case 'deltapacked':
      readPacked(payload, start, end, words);
      break;
  }
}

function readAllValues(sections: MeboSections): (index: number) => Float64Array {
  const { header, index } = sections;
  const { counts } = index;
  const payload = padded(sections.values);
  const firsts = new Float64Array(counts.length + 1);
  for (let i = 0; i < counts.length; i++) {
    const count = counts[i] ?? 0;
    // ALP needs no bit for values that are all the same.
    if (header.valueEncoding !== 'alp') assertRoom(index.values, i, count, 1 / 8);
    firsts[i + 1] = (firsts[i] ?? 0) + count;
  }
  const values = new Float64Array(firsts[counts.length] ?? 0);
  const words = new Int32Array(values.buffer);
  for (let i = 0; i < counts.length; i++) {
    const first = firsts[i] ?? 0;
    const next = firsts[i + 1] ?? 0;
    const start = index.values.starts[i] ?? 0;
    const end = index.values.ends[i] ?? 0;
    if (header.valueEncoding === 'alp') {
      readAlp(payload, start, end, values.subarray(first, next), header.isLittle);
    } else {
      readValues(
        header.valueEncoding,
        payload,
        start,
        end,
        words.subarray(2 * first, 2 * next),
        header.isLittle,
      );
    }
  }
  return (i) => values.subarray(firsts[i], firsts[i + 1]);
}

function readValues(
  encoding: Exclude<ValueEncoding, 'alp'>,
  payload: PaddedBytes,
  start: number,
  end: number,
  words: Int32Array,
  isLittle: boolean,
): void {
  switch (encoding) {
    case 'raw':
      readRaw(payload, start, end, words, isLittle);
      break;
    case 'gorilla':
      readGorilla(payload, start, end, words);
      break;
    case 'chimp':
      readChimp(payload, start, end, words);
      break;
  }
}
