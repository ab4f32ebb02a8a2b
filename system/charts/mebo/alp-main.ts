import type { DecimalColumn, DecimalForm } from './alp-decimal.ts';
import { inversePowersOfTen, maxExponent, powersOfTen } from './alp-decimal.ts';
import type { ByteBuffer, PaddedBytes } from './byte-buffer.ts';
import { MeboError } from './error.ts';
import { lowMask, peekLowBits, putLowWide } from './lsb-bits.ts';
import { HIGH, LOW, wordsOf } from './metric.ts';

const headBytes = 15;
const exceptionBytes = 12;
const twoTo32 = 2 ** 32;
const exactIntegers = 2 ** 53;

/** Size as the encoder reckons it; the scheme byte is left out for every scheme. */
export function mainBits(count: number, width: number, exceptionCount: number): number {
  return 8 * headBytes + count * width + 8 * exceptionBytes * exceptionCount;
}

/** Integers less their least, packed, and the values that are none, whole (mebo-format §3.3, scheme 0). */
export function writeMain(
  buffer: ByteBuffer,
  values: Float64Array,
  form: DecimalForm,
  column: DecimalColumn,
  digits: Float64Array,
  exceptions: Uint32Array,
  isLittle: boolean,
): void {
  const { least, width, exceptionCount } = column;
  const count = values.length;
  const codeBytes = Math.ceil((count * width) / 8);
  buffer.reserve(headBytes + codeBytes + exceptionCount * exceptionBytes);
  const { view } = buffer;
  buffer.byte(form.exponent);
  buffer.byte(form.factor);
  buffer.byte(width);
  view.setUint32(buffer.length, exceptionCount, isLittle);
  view.setBigInt64(buffer.length + 4, BigInt(least), isLittle);
  buffer.length += 12;
  view.setUint8(buffer.length, 0);
  for (let k = 0; k < exceptionCount; k++) digits[exceptions[k] ?? 0] = least;
  let at = 8 * buffer.length;
  if (width < 53) {
    for (let i = 0; i < count; i++, at += width) {
      const code = (digits[i] ?? 0) - least;
      putLowWide(view, at, code / twoTo32, code, width);
    }
  } else {
    const exactLeast = BigInt(least);
    for (let i = 0; i < count; i++, at += width) {
      const code = BigInt(digits[i] ?? 0) - exactLeast;
      putLowWide(view, at, Number(code >> 32n), Number(code & 0xffff_ffffn), width);
    }
  }
  buffer.length += codeBytes;
  const words = wordsOf(values);
  for (let k = 0; k < exceptionCount; k++) {
    const place = exceptions[k] ?? 0;
    view.setUint32(buffer.length, place, isLittle);
    view.setInt32(buffer.length + (isLittle ? 4 : 8), words[2 * place + LOW] ?? 0, isLittle);
    view.setInt32(buffer.length + (isLittle ? 8 : 4), words[2 * place + HIGH] ?? 0, isLittle);
    buffer.length += exceptionBytes;
  }
}

/** Fills `values` from bytes `[start, end)` after the scheme byte, all of which must be used. */
export function readMain(
  payload: PaddedBytes,
  start: number,
  end: number,
  values: Float64Array,
  isLittle: boolean,
): void {
  const { view } = payload;
  const count = values.length;
  if (end - start < headBytes) throw new MeboError('truncated', 'an ALP column shorter than its head');
  const exponent = view.getUint8(start);
  const factor = view.getUint8(start + 1);
  const width = view.getUint8(start + 2);
  const exceptionCount = view.getUint32(start + 3, isLittle);
  if (exponent > maxExponent || factor > exponent || width > 64 || exceptionCount > count) {
    throw new MeboError(
      'malformed',
      `an ALP column of 10^-${String(exponent)}, 10^${String(factor)}, ${String(width)} bits, ${String(exceptionCount)} exceptions`,
    );
  }
  const codesAt = start + headBytes;
  const exceptionsAt = codesAt + Math.ceil((count * width) / 8);
  assertEnds(exceptionsAt + exceptionCount * exceptionBytes, end);
  const up = powersOfTen[factor] ?? 1;
  const down = inversePowersOfTen[exponent] ?? 1;
  const leastHigh = view.getInt32(start + (isLittle ? 11 : 7), isLittle);
  const leastLow = view.getInt32(start + (isLittle ? 7 : 11), isLittle);
  const least = leastHigh * twoTo32 + (leastLow >>> 0);
  let at = 8 * codesAt;
  if (width <= 32 && Math.abs(least) < exactIntegers / 2) {
    const mask = lowMask(width);
    for (let i = 0; i < count; i++, at += width) {
      values[i] = (((peekLowBits(view, at) & mask) >>> 0) + least) * up * down;
    }
  } else {
    const lowerMask = lowMask(Math.min(width, 32));
    const upperMask = lowMask(Math.max(width - 32, 0));
    for (let i = 0; i < count; i++, at += width) {
      const code = peekLowBits(view, at) & lowerMask;
      const low = (code + leastLow) | 0;
      const carry = low >>> 0 < code >>> 0 ? 1 : 0;
      const upper = upperMask === 0 ? 0 : peekLowBits(view, at + 32) & upperMask;
      const high = (upper + leastHigh + carry) | 0;
      // One rounding, as a conversion of the 64-bit integer would.
      values[i] = (high * twoTo32 + (low >>> 0)) * up * down;
    }
  }
  readExceptions(view, exceptionsAt, exceptionCount, values, isLittle);
}

function readExceptions(
  view: DataView,
  start: number,
  exceptionCount: number,
  values: Float64Array,
  isLittle: boolean,
): void {
  const words = wordsOf(values);
  let at = start;
  let next = 0;
  for (let k = 0; k < exceptionCount; k++, at += exceptionBytes) {
    const place = view.getUint32(at, isLittle);
    assertPlace(place, next, values.length);
    next = place + 1;
    words[2 * place + LOW] = view.getInt32(at + (isLittle ? 4 : 8), isLittle);
    words[2 * place + HIGH] = view.getInt32(at + (isLittle ? 8 : 4), isLittle);
  }
}

export function assertPlace(place: number, least: number, count: number): void {
  if (place < least || place >= count) {
    throw new MeboError('malformed', `an ALP exception at ${String(place)}, after ${String(least - 1)}`);
  }
}

export function assertEnds(expectedEnd: number, end: number): void {
  if (expectedEnd !== end) {
    throw new MeboError(
      expectedEnd > end ? 'truncated' : 'malformed',
      `an ALP column that ends ${String(Math.abs(expectedEnd - end))} bytes off`,
    );
  }
}
