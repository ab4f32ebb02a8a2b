import type { ByteReader } from './byte-reader.ts';
import type { ByteWriter } from './byte-writer.ts';
import { ChartCodecError } from './codec.ts';

/** Unary parts this long announce an escape: six bits of length, then the whole integer. */
const ESCAPE = 16;
const LENGTH_BITS = 6;
const MAX_BITS = 53;
/** Room that one integer may take at most, for {@link ByteWriter.reserve}. */
export const maxRiceBytes = Math.ceil((ESCAPE + LENGTH_BITS + MAX_BITS) / 8);

/**
 * Unary part of an integer with that many bits more than the parameter: they span a factor of two, and three quarters of
 * the upper end stand for all of them. One bit more is an escape.
 */
const typicalUnary = [0, 1, 3, 6, 12];

const countByBits = new Float64Array(MAX_BITS + 1);

/**
 * Golomb–Rice codes: for non-negative integers (below 2⁵³) that are mostly small, within half a bit or so of the best. One
 * parameter (0…52) serves a column; it is chosen here from how many integers have how many bits.
 */
export function riceParameter(integers: Float64Array, count: number): number {
  countByBits.fill(0);
  let most = 0;
  for (let i = 0; i < count; i++) {
    const bits = bitLength(integers[i] ?? 0);
    countByBits[bits] = (countByBits[bits] ?? 0) + 1;
    if (bits > most) most = bits;
  }
  let best = 0;
  let bestCost = Number.POSITIVE_INFINITY;
  for (let parameter = 0; parameter <= Math.min(most, MAX_BITS - 1); parameter++) {
    let cost = 0;
    for (let bits = 0; bits <= most; bits++) {
      const unary = bits <= parameter ? 0 : (typicalUnary[bits - parameter] ?? ESCAPE);
      cost +=
        (countByBits[bits] ?? 0) * (unary === ESCAPE ? ESCAPE + LENGTH_BITS + bits : unary + 1 + parameter);
    }
    if (cost < bestCost) {
      bestCost = cost;
      best = parameter;
    }
  }
  return best;
}

/** Exact size in bits of what {@link writeRice} writes for all of `integers[0, count)`. */
export function riceBits(integers: Float64Array, count: number, parameter: number): number {
  const scale = 2 ** -parameter;
  let bits = 0;
  for (let i = 0; i < count; i++) {
    const integer = integers[i] ?? 0;
    const unary = Math.floor(integer * scale);
    bits += unary < ESCAPE ? unary + 1 + parameter : ESCAPE + LENGTH_BITS + bitLength(integer);
  }
  return bits;
}

/** The caller has reserved {@link maxRiceBytes} for each integer. */
export function writeRice(
  writer: ByteWriter,
  integers: Float64Array,
  count: number,
  parameter: number,
): void {
  const divisor = 2 ** parameter;
  const scale = 2 ** -parameter;
  for (let i = 0; i < count; i++) {
    const integer = integers[i] ?? 0;
    const unary = Math.floor(integer * scale);
    if (unary < ESCAPE) {
      const rest = integer - unary * divisor;
      const ones = (1 << (unary + 1)) - 2;
      if (unary + 1 + parameter <= 24) {
        writer.bits((ones << parameter) | rest, unary + 1 + parameter);
      } else {
        writer.bits(ones, unary + 1);
        writer.wideBits(rest, parameter);
      }
    } else {
      writer.bits((1 << ESCAPE) - 1, ESCAPE);
      const bits = bitLength(integer);
      writer.bits(bits, LENGTH_BITS);
      writer.wideBits(integer, bits);
    }
  }
}

/** Reads one integer; `parameter` is checked by the caller with {@link checkedRiceParameter}. */
export function readRice(reader: ByteReader, parameter: number): number {
  const ahead = reader.peekBits();
  const unary = Math.min(ESCAPE, Math.clz32(~ahead));
  const length = unary + 1 + parameter;
  if (unary < ESCAPE && length <= 25) {
    reader.skipBits(length);
    return parameter === 0 ? unary : (unary << parameter) | ((ahead << (unary + 1)) >>> (32 - parameter));
  }
  if (unary < ESCAPE) {
    reader.skipBits(unary + 1);
    return unary * 2 ** parameter + reader.wideBits(parameter);
  }
  reader.skipBits(ESCAPE);
  const bits = reader.bits(LENGTH_BITS);
  if (bits > MAX_BITS) throw new ChartCodecError('malformed', `an integer of ${String(bits)} bits`);
  return reader.wideBits(bits);
}

export function checkedRiceParameter(parameter: number): number {
  if (parameter >= MAX_BITS) throw new ChartCodecError('malformed', `Rice parameter ${String(parameter)}`);
  return parameter;
}

function bitLength(integer: number): number {
  return integer < 0x1_0000_0000
    ? 32 - Math.clz32(integer)
    : 64 - Math.clz32(Math.floor(integer / 0x1_0000_0000));
}
