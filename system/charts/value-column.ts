import type { ByteReader } from './byte-reader.ts';
import type { ByteWriter } from './byte-writer.ts';
import { ChartCodecError } from './codec.ts';
import { decimalFormLimit, formBits, fromDecimal, toDecimal } from './decimal.ts';
import { checkedRiceParameter, maxRiceBytes, readRice, riceBits, riceParameter, writeRice } from './rice.ts';
import { maxXorBytes, readXor, writeXor } from './xor-column.ts';
import { unzigzag, zigzag } from './zigzag.ts';

/** A mode is the decimal form of differences, the same with this bit set for a dictionary, or one of those after it. */
const DICTIONARY = 0x10;
const XOR = decimalFormLimit;
const RAW = XOR + 1;

/** Count, first entry and second parameter, about. */
const DICTIONARY_EXTRA_BITS = 64;

let integers = new Float64Array(1024);
let differences = new Float64Array(1024);
let ranks = new Float64Array(1024);
let distinct = new Float64Array(1024);
let gaps = new Float64Array(1024);

/**
 * Writes values bit for bit, each column in the smallest of three forms; an empty one takes no bytes.
 *
 * 1. *Decimal*: integers times a power of ten, and of these the zig-zag differences in Rice codes. For sensors of few digits.
 * 2. *Dictionary*: the distinct decimals, ascending, by their gaps, and of each value's rank among them the zig-zag
 *    differences, all in Rice codes. For readings that come from a converter of few steps, whatever was done to them since.
 * 3. *XOR* of neighbours for everything else, raw where even that is no gain.
 */
export function writeValueColumn(writer: ByteWriter, values: Float64Array): void {
  const count = values.length;
  if (count === 0) return;
  if (integers.length < count) growScratch(2 * count);
  writer.reserve(2 * count * maxRiceBytes + 64);
  const form = toDecimal(values, integers);
  if (form < 0) {
    writeXorOrRaw(writer, values);
    return;
  }
  zigzagDifferences(integers, count, differences);
  const parameter = riceParameter(differences, count);
  const distinctCount = rankIntegers(count);
  if (distinctCount > 0) {
    const decimalBits = riceBits(differences, count, parameter);
    zigzagDifferences(ranks, count, ranks);
    const rankParameter = riceParameter(ranks, count);
    const gapParameter = riceParameter(gaps, distinctCount - 1);
    const dictionaryBits =
      riceBits(ranks, count, rankParameter) +
      riceBits(gaps, distinctCount - 1, gapParameter) +
      DICTIONARY_EXTRA_BITS;
    if (dictionaryBits < decimalBits) {
      writer.byte(DICTIONARY | form);
      writer.varint(distinctCount);
      writer.varint(zigzag(distinct[0] ?? 0));
      writer.byte(gapParameter);
      writer.byte(rankParameter);
      writeRice(writer, gaps, distinctCount - 1, gapParameter);
      writeRice(writer, ranks, count, rankParameter);
      writer.flushBits();
      return;
    }
  }
  writer.byte(form);
  writer.byte(parameter);
  writeRice(writer, differences, count, parameter);
  writer.flushBits();
}

/** The inverse of {@link writeValueColumn}. The caller has bounded `count`. */
export function readValueColumn(reader: ByteReader, count: number): Float64Array {
  if (count === 0) return new Float64Array();
  const mode = reader.byte();
  if (mode !== XOR && mode !== RAW && (mode & ~(formBits | DICTIONARY)) !== 0) {
    throw new ChartCodecError('malformed', `value mode ${String(mode)}`);
  }
  // Every value takes at least a bit in every mode, so a short blob cannot claim a large column.
  if (8 * reader.remaining < count) throw new ChartCodecError('truncated', `${String(count)} values`);
  const values = new Float64Array(count);
  if (mode === RAW) {
    reader.float64Bits(values);
  } else if (mode === XOR) {
    readXor(reader, values);
    reader.endBits();
  } else if ((mode & DICTIONARY) === 0) {
    const parameter = checkedRiceParameter(reader.byte());
    reader.startBits();
    let integer = 0;
    for (let i = 0; i < count; i++) {
      integer += unzigzag(readRice(reader, parameter));
      values[i] = integer;
    }
    reader.endBits();
    fromDecimal(values, mode);
  } else {
    readDictionary(reader, mode & formBits, values);
  }
  return values;
}

function readDictionary(reader: ByteReader, form: number, values: Float64Array): void {
  const entryCount = reader.varint();
  if (entryCount < 1 || entryCount > values.length) {
    throw new ChartCodecError(
      'malformed',
      `a dictionary of ${String(entryCount)} for ${String(values.length)} values`,
    );
  }
  let integer = unzigzag(reader.varint());
  const gapParameter = checkedRiceParameter(reader.byte());
  const rankParameter = checkedRiceParameter(reader.byte());
  reader.startBits();
  const entries = new Float64Array(entryCount);
  for (let e = 0; e < entryCount; e++) {
    if (e > 0) integer += readRice(reader, gapParameter) + 1;
    entries[e] = integer;
  }
  fromDecimal(entries, form);
  let rank = 0;
  for (let i = 0; i < values.length; i++) {
    rank += unzigzag(readRice(reader, rankParameter));
    const value = entries[rank];
    if (value === undefined)
      throw new ChartCodecError('malformed', `rank ${String(rank)} of ${String(entryCount)}`);
    values[i] = value;
  }
  reader.endBits();
}

function writeXorOrRaw(writer: ByteWriter, values: Float64Array): void {
  const from = writer.length;
  writer.reserve(values.length * maxXorBytes + 16);
  writer.byte(XOR);
  writeXor(writer, values);
  writer.flushBits();
  if (writer.length - from <= 8 * values.length) return;
  writer.rewind(from);
  writer.byte(RAW);
  writer.float64Bits(values);
}

function zigzagDifferences(from: Float64Array, count: number, into: Float64Array): void {
  let previous = 0;
  for (let i = 0; i < count; i++) {
    const integer = from[i] ?? 0;
    into[i] = zigzag(integer - previous);
    previous = integer;
  }
}

/**
 * Fills `distinct` (ascending), `gaps` (less one) and `ranks`, and returns how many are distinct; 0 where they are too many
 * for a dictionary to pay.
 */
function rankIntegers(count: number): number {
  const sorted = distinct.subarray(0, count);
  sorted.set(integers.subarray(0, count));
  sorted.sort();
  let distinctCount = 0;
  for (let i = 0; i < count; i++) {
    const integer = sorted[i] ?? 0;
    if (distinctCount > 0 && distinct[distinctCount - 1] === integer) continue;
    if (distinctCount > 0) gaps[distinctCount - 1] = integer - (distinct[distinctCount - 1] ?? 0) - 1;
    distinct[distinctCount++] = integer;
  }
  if (2 * distinctCount > count) return 0;
  for (let i = 0; i < count; i++) ranks[i] = rankOf(integers[i] ?? 0, distinctCount);
  return distinctCount;
}

function rankOf(integer: number, distinctCount: number): number {
  let low = 0;
  let high = distinctCount - 1;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((distinct[middle] ?? 0) < integer) low = middle + 1;
    else high = middle;
  }
  return low;
}

function growScratch(length: number): void {
  integers = new Float64Array(length);
  differences = new Float64Array(length);
  ranks = new Float64Array(length);
  distinct = new Float64Array(length);
  gaps = new Float64Array(length);
}
