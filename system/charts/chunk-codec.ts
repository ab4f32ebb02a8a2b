import type { ByteReader } from './byte-reader.ts';
import type { ByteWriter } from './byte-writer.ts';
import { ChartCodecError } from './codec.ts';
import type { ChartCodec } from './codec.ts';
import { decimalFormLimit, formBits, fromDecimal, toDecimal } from './decimal.ts';
import { seriesCodec } from './series-codec.ts';
import { maxPackedDifference, unzigzag, zigzag } from './zigzag.ts';

/** Value mode after the decimal forms: eight bytes a value. */
const RAW_VALUES = decimalFormLimit;
const PACKED_TIMES = 0;
const RAW_TIMES = 1;

let integers = new Float64Array(1024);

/**
 * Codec of one request's points, made to be fast on a few points: about 120 bytes for 10 SVIDs × 3 points that share
 * their instants.
 *
 * Time column: mode byte, then either the first time and zig-zag differences as varints, or raw doubles. Values: mode byte;
 * a decimal form ({@link toDecimal}) with zig-zag differences of the integers as varints, or 64 with raw doubles.
 */
export const chunkCodec: ChartCodec = seriesCodec({
  id: 1,
  name: 'chunk',
  magic: 0xc7,
  version: 1,
  writeTimes,
  writeValues,
  readTimes,
  readValues,
});

function writeTimes(writer: ByteWriter, timesUs: Float64Array): void {
  writer.reserve(8 * timesUs.length + 16);
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

function readTimes(reader: ByteReader, count: number): Float64Array {
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
  return timesUs;
}

function writeValues(writer: ByteWriter, values: Float64Array): void {
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
