import { ByteReader } from './byte-reader.ts';
import { ByteWriter } from './byte-writer.ts';
import { chartLimits, ChartCodecError } from './codec.ts';
import type { ChartCodec } from './codec.ts';
import { assertEncodable, shareTimes } from './series-check.ts';
import type { Series } from './series.ts';

const writer = new ByteWriter();
const noTimes = new Float64Array();

/** How one codec of ours writes its columns; the frame around them is common ({@link seriesCodec}). */
export interface ColumnForm {
  readonly id: number;
  readonly name: string;
  /** First and second byte of every blob. */
  readonly magic: number;
  readonly version: number;
  /** Writes a column, of which the reader will know the length; an empty one takes no bytes. */
  writeTimes(writer: ByteWriter, timesUs: Float64Array): void;
  writeValues(writer: ByteWriter, values: Float64Array): void;
  /** Reads a column of `count` entries, a number that is bounded but may exceed what the blob holds. */
  readTimes(reader: ByteReader, count: number): Float64Array;
  readValues(reader: ByteReader, count: number): Float64Array;
}

/**
 * A codec with the layout: magic, version, varint number of series, and, if any, one byte 1 where all series share one time
 * column, else 0; varint count and time column where shared; for each series varint SVID, count and time column of its own
 * unless shared, and values; CRC-32 of all before it.
 */
export function seriesCodec(form: ColumnForm): ChartCodec {
  return {
    id: form.id,
    name: form.name,
    encode: (series) => encode(form, series),
    decode: (blob) => decode(form, blob),
  };
}

function encode(form: ColumnForm, series: readonly Series[]): Uint8Array {
  assertEncodable(series);
  writer.reset();
  writer.reserve(16);
  writer.byte(form.magic);
  writer.byte(form.version);
  writer.varint(series.length);
  if (series.length === 0) return writer.finish();
  const shared = shareTimes(series);
  writer.byte(shared ? 1 : 0);
  if (shared) writeCountedTimes(form, series[0]?.timesUs ?? noTimes);
  for (const one of series) {
    writer.reserve(16);
    writer.varint(one.svid);
    if (!shared) writeCountedTimes(form, one.timesUs);
    form.writeValues(writer, one.values);
  }
  return writer.finish();
}

function writeCountedTimes(form: ColumnForm, timesUs: Float64Array): void {
  writer.reserve(16);
  writer.varint(timesUs.length);
  form.writeTimes(writer, timesUs);
}

function decode(form: ColumnForm, blob: Uint8Array): Series[] {
  const reader = new ByteReader(blob, form.magic, form.version);
  const count = reader.varint();
  if (count > chartLimits.maxSeries) throw new ChartCodecError('limit', `${String(count)} series`);
  const series: Series[] = [];
  if (count > 0) {
    const sharing = reader.byte();
    if (sharing > 1) throw new ChartCodecError('malformed', `sharing byte ${String(sharing)}`);
    let pointsLeft: number = chartLimits.maxPoints;
    const sharedTimesUs = sharing === 1 ? readCountedTimes(form, reader, pointsLeft) : undefined;
    for (let s = 0; s < count; s++) {
      const svid = reader.varint();
      if (svid > chartLimits.maxSvid) throw new ChartCodecError('malformed', `SVID ${String(svid)}`);
      const timesUs = sharedTimesUs ?? readCountedTimes(form, reader, pointsLeft);
      pointsLeft -= timesUs.length;
      if (pointsLeft < 0) throw new ChartCodecError('limit', 'too many points');
      series.push({ svid, timesUs, values: form.readValues(reader, timesUs.length) });
    }
  }
  reader.end();
  return series;
}

function readCountedTimes(form: ColumnForm, reader: ByteReader, maxPoints: number): Float64Array {
  const count = reader.varint();
  if (count > maxPoints) throw new ChartCodecError('limit', `${String(count)} points`);
  const timesUs = form.readTimes(reader, count);
  for (let i = 0; i < count; i++) {
    if (!Number.isSafeInteger(timesUs[i]))
      throw new ChartCodecError('malformed', 'a time that is no safe integer');
  }
  return timesUs;
}
