import { ByteReader } from './byte-reader.ts';
import { ByteWriter } from './byte-writer.ts';
import { chartLimits, ChartCodecError } from './codec.ts';
import type { ChartCodec } from './codec.ts';
import { decimalFormLimit, formBits, fromDecimal, toDecimal } from './decimal.ts';
import { assertEncodable, shareTimes } from './series-check.ts';
import type { Series } from './series.ts';
import { maxPackedDifference, unzigzag, zigzag } from './zigzag.ts';

const MAGIC = 0xc7;
const VERSION = 1;
/** Value mode after the decimal forms: eight bytes a value. */
const RAW_VALUES = decimalFormLimit;
const PACKED_TIMES = 0;
const RAW_TIMES = 1;

const writer = new ByteWriter();
let integers = new Float64Array(1024);

/**
 * Codec of one request's points, made to be fast on a few points: about 100 bytes for 10 SVIDs × 3 points that share
 * their instants.
 *
 * Layout: magic 0xC7, version 1, varint number of series, and, if any, one byte 1 where all series share one time column;
 * that column, then each series: varint SVID, its own time column unless shared, its values; CRC-32.
 * Time column: varint count, mode byte, then either the first time and zig-zag differences as varints, or raw doubles.
 * Values: mode byte; a decimal form ({@link toDecimal}) with zig-zag differences of the integers as varints, or 64 with raw
 * doubles.
 */
export const chunkCodec: ChartCodec = {
  id: 1,
  name: 'chunk',
  encode(series) {
    assertEncodable(series);
    writer.reset();
    writer.reserve(16);
    writer.byte(MAGIC);
    writer.byte(VERSION);
    writer.varint(series.length);
    if (series.length === 0) return writer.finish();
    const shared = shareTimes(series);
    writer.byte(shared ? 1 : 0);
    if (shared) writeTimes(series[0]?.timesUs ?? new Float64Array());
    for (const one of series) {
      writer.reserve(16);
      writer.varint(one.svid);
      if (!shared) writeTimes(one.timesUs);
      writeValues(one.values);
    }
    return writer.finish();
  },
  decode(blob) {
    const reader = new ByteReader(blob, MAGIC, VERSION);
    const count = reader.varint();
    if (count > chartLimits.maxSeries) throw new ChartCodecError('limit', `${String(count)} series`);
    const series: Series[] = [];
    if (count > 0) {
      const sharing = reader.byte();
      if (sharing > 1) throw new ChartCodecError('malformed', `sharing byte ${String(sharing)}`);
      const sharedTimesUs = sharing === 1 ? readTimes(reader, chartLimits.maxPoints) : undefined;
      let pointsLeft: number = chartLimits.maxPoints;
      for (let s = 0; s < count; s++) {
        const svid = reader.varint();
        if (svid > chartLimits.maxSvid) throw new ChartCodecError('malformed', `SVID ${String(svid)}`);
        const timesUs = sharedTimesUs ?? readTimes(reader, pointsLeft);
        pointsLeft -= timesUs.length;
        if (pointsLeft < 0) throw new ChartCodecError('limit', 'too many points');
        series.push({ svid, timesUs, values: readValues(reader, timesUs.length) });
      }
    }
    reader.end();
    return series;
  },
};

function writeTimes(timesUs: Float64Array): void {
  writer.reserve(8 * timesUs.length + 16);
  writer.varint(timesUs.length);
  if (timesUs.length === 0) return;
  let previousUs = timesUs[0] ?? 0;
  for (let i = 1; i < timesUs.length; i++) {
    const timeUs = timesUs[i] ?? 0;
    if (Math.abs(timeUs - previousUs) > maxPackedDifference) {
      writer.byte(RAW_TIMES);
      writer.float64Bits(timesUs);
      return;
    }
    previousUs = timeUs;
  }
  writer.byte(PACKED_TIMES);
  previousUs = timesUs[0] ?? 0;
  writer.float64(previousUs);
  for (let i = 1; i < timesUs.length; i++) {
    const timeUs = timesUs[i] ?? 0;
    writer.varint(zigzag(timeUs - previousUs));
    previousUs = timeUs;
  }
}

function readTimes(reader: ByteReader, maxPoints: number): Float64Array {
  const count = reader.varint();
  if (count > maxPoints) throw new ChartCodecError('limit', `${String(count)} points`);
  if (count === 0) return new Float64Array();
  const mode = reader.byte();
  // Every time takes at least a byte, so a short blob cannot claim a large column.
  if (count > reader.remaining) throw new ChartCodecError('truncated', `${String(count)} times`);
  const timesUs = new Float64Array(count);
  if (mode === RAW_TIMES) {
    reader.float64Bits(timesUs);
  } else if (mode === PACKED_TIMES) {
    let timeUs = reader.float64();
    timesUs[0] = timeUs;
    for (let i = 1; i < count; i++) {
      timeUs += unzigzag(reader.varint());
      timesUs[i] = timeUs;
    }
  } else {
    throw new ChartCodecError('malformed', `time mode ${String(mode)}`);
  }
  for (let i = 0; i < count; i++) {
    if (!Number.isSafeInteger(timesUs[i]))
      throw new ChartCodecError('malformed', 'a time that is no safe integer');
  }
  return timesUs;
}

function writeValues(values: Float64Array): void {
  writer.reserve(8 * values.length + 16);
  if (values.length === 0) return;
  if (integers.length < values.length) integers = new Float64Array(2 * values.length);
  const form = toDecimal(values, integers);
  if (form < 0) {
    writer.byte(RAW_VALUES);
    writer.float64Bits(values);
    return;
  }
  writer.byte(form);
  let previous = 0;
  for (let i = 0; i < values.length; i++) {
    const integer = integers[i] ?? 0;
    writer.varint(zigzag(integer - previous));
    previous = integer;
  }
}

function readValues(reader: ByteReader, count: number): Float64Array {
  if (count === 0) return new Float64Array();
  const mode = reader.byte();
  if (mode !== RAW_VALUES && (mode & ~formBits) !== 0)
    throw new ChartCodecError('malformed', `value mode ${String(mode)}`);
  if (count > reader.remaining) throw new ChartCodecError('truncated', `${String(count)} values`);
  const values = new Float64Array(count);
  if (mode === RAW_VALUES) {
    reader.float64Bits(values);
    return values;
  }
  let integer = 0;
  for (let i = 0; i < count; i++) {
    integer += unzigzag(reader.varint());
    values[i] = integer;
  }
  fromDecimal(values, mode);
  return values;
}
