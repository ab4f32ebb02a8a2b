import type { ByteReader } from './byte-reader.ts';
import type { ByteWriter } from './byte-writer.ts';
import { ChartCodecError } from './codec.ts';
import { checkedRiceParameter, maxRiceBytes, readRice, riceParameter, writeRice } from './rice.ts';
import { maxPackedDifference, unzigzag, zigzag } from './zigzag.ts';

/** First and last time; the rest evenly spaced between them, rounded to microseconds. */
const EVEN = 0;
/** First time, first difference, then how each difference differs from the one before, in Rice codes. */
const DELTA_OF_DELTA = 1;
const RAW = 2;

let changes = new Float64Array(1024);

/** Writes a column of safe integers; an empty one takes no bytes. The count is kept by the caller. */
export function writeTimeColumn(writer: ByteWriter, timesUs: Float64Array): void {
  const count = timesUs.length;
  if (count === 0) return;
  writer.reserve(count * maxRiceBytes + 32);
  const firstUs = timesUs[0] ?? 0;
  const lastUs = timesUs[count - 1] ?? 0;
  if (isEven(timesUs)) {
    writer.byte(EVEN);
    writer.float64(firstUs);
    if (count > 1) writer.varint(zigzag(lastUs - firstUs));
  } else if (fillChanges(timesUs)) {
    writer.byte(DELTA_OF_DELTA);
    writer.float64(firstUs);
    writer.varint(zigzag((timesUs[1] ?? 0) - firstUs));
    const parameter = riceParameter(changes, count - 2);
    writer.byte(parameter);
    writeRice(writer, changes, count - 2, parameter);
    writer.flushBits();
  } else {
    writer.byte(RAW);
    writer.float64Bits(timesUs);
  }
}

/** The inverse of {@link writeTimeColumn}. The caller has bounded `count`. */
export function readTimeColumn(reader: ByteReader, count: number): Float64Array {
  if (count === 0) return new Float64Array();
  const mode = reader.byte();
  if (mode !== EVEN && 8 * reader.remaining < count) {
    throw new ChartCodecError('truncated', `${String(count)} times`);
  }
  const timesUs = new Float64Array(count);
  if (mode === EVEN) {
    const firstUs = reader.float64();
    const spanUs = count > 1 ? unzigzag(reader.varint()) : 0;
    for (let i = 0; i < count; i++) timesUs[i] = evenTime(firstUs, spanUs, i, count);
  } else if (mode === DELTA_OF_DELTA) {
    let timeUs = reader.float64();
    let differenceUs = count > 1 ? unzigzag(reader.varint()) : 0;
    const parameter = checkedRiceParameter(reader.byte());
    timesUs[0] = timeUs;
    reader.startBits();
    for (let i = 1; i < count; i++) {
      if (i > 1) differenceUs += unzigzag(readRice(reader, parameter));
      timeUs += differenceUs;
      timesUs[i] = timeUs;
    }
    reader.endBits();
  } else if (mode === RAW) {
    reader.float64Bits(timesUs);
  } else {
    throw new ChartCodecError('malformed', `time mode ${String(mode)}`);
  }
  return timesUs;
}

function evenTime(firstUs: number, spanUs: number, index: number, count: number): number {
  return count === 1 ? firstUs : firstUs + Math.round((index * spanUs) / (count - 1));
}

function isEven(timesUs: Float64Array): boolean {
  const count = timesUs.length;
  const firstUs = timesUs[0] ?? 0;
  const spanUs = (timesUs[count - 1] ?? 0) - firstUs;
  if (Math.abs(spanUs) > maxPackedDifference) return false;
  for (let i = 0; i < count; i++) if (timesUs[i] !== evenTime(firstUs, spanUs, i, count)) return false;
  return true;
}

/** Fills `changes[0, count - 2)`; false where a difference is too large to stay exact. */
function fillChanges(timesUs: Float64Array): boolean {
  if (changes.length < timesUs.length) changes = new Float64Array(2 * timesUs.length);
  let previousUs = 0;
  for (let i = 1; i < timesUs.length; i++) {
    const differenceUs = (timesUs[i] ?? 0) - (timesUs[i - 1] ?? 0);
    if (Math.abs(differenceUs) > maxPackedDifference / 2) return false;
    if (i > 1) changes[i - 2] = zigzag(differenceUs - previousUs);
    previousUs = differenceUs;
  }
  return true;
}
