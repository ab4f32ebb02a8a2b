import { assertEnds, assertPlace } from './alp-main.ts';
import type { ByteBuffer, PaddedBytes } from './byte-buffer.ts';
import { MeboError } from './error.ts';
import { lowMask, peekLowBits, putLowBits, putLowWide } from './lsb-bits.ts';
import { HIGH, LOW, wordsOf } from './metric.ts';

const headBytes = 7;
const exceptionBytes = 6;
const maxDictionary = 8;
/** The left part takes 1 to 16 bits, so it lies in the high word. */
const maxLeftBits = 16;

/** How the bits of a column are cut in two (the scheme that its authors call ALP-RD, for real doubles). */
export interface SplitPlan {
  readonly leftBits: number;
  /** The left parts that have a code, by code. */
  readonly dictionary: Uint16Array;
  readonly exceptionCount: number;
  /** Size as the encoder reckons it. */
  readonly bits: number;
}

const leftCounts = new Uint32Array(1 << maxLeftBits);
const distinctLefts = new Uint16Array(1 << maxLeftBits);
const topLefts = new Uint16Array(maxDictionary);
const topCounts = new Uint32Array(maxDictionary);

/** The cut that costs a sample least, with the dictionary that all values give there (mebo-format §3.3, step 6). */
export function planSplit(values: Float64Array, sample: Float64Array): SplitPlan {
  const sampleWords = wordsOf(sample);
  let best = Infinity;
  let leftBits = 0;
  for (let candidate = 1; candidate <= maxLeftBits; candidate++) {
    const { size, covered } = mostFrequent(sampleWords, candidate);
    const bits = splitBits(sample.length, candidate, size, sample.length - covered);
    if (bits < best) {
      best = bits;
      leftBits = candidate;
    }
  }
  const { size, covered } = mostFrequent(wordsOf(values), leftBits);
  const exceptionCount = values.length - covered;
  return {
    leftBits,
    dictionary: topLefts.slice(0, size),
    exceptionCount,
    bits: splitBits(values.length, leftBits, size, exceptionCount),
  };
}

function splitBits(count: number, leftBits: number, dictionarySize: number, exceptionCount: number): number {
  return (
    8 * headBytes +
    16 * dictionarySize +
    count * codeBits(dictionarySize) +
    count * (64 - leftBits) +
    8 * exceptionBytes * exceptionCount
  );
}

/** No plan for so many values is smaller: the longest left part, all in a dictionary of one. */
export function leastSplitBits(count: number): number {
  return splitBits(count, maxLeftBits, 1, 0);
}

function codeBits(dictionarySize: number): number {
  return dictionarySize <= 1 ? 1 : 32 - Math.clz32(dictionarySize - 1);
}

/** Fills `topLefts` by falling count, then rising value. Returns how many, and how many values they are the left part of. */
function mostFrequent(
  words: Int32Array,
  leftBits: number,
): { readonly size: number; readonly covered: number } {
  const rightShift = 32 - leftBits;
  let distinct = 0;
  for (let word = HIGH; word < words.length; word += 2) {
    const left = (words[word] ?? 0) >>> rightShift;
    const seen = leftCounts[left] ?? 0;
    if (seen === 0) distinctLefts[distinct++] = left;
    leftCounts[left] = seen + 1;
  }
  let size = 0;
  let covered = 0;
  for (let d = 0; d < distinct; d++) {
    const left = distinctLefts[d] ?? 0;
    const count = leftCounts[left] ?? 0;
    leftCounts[left] = 0;
    let place = size;
    while (place > 0 && isBehind(place - 1, left, count)) place--;
    if (place === maxDictionary) continue;
    if (size === maxDictionary) covered -= topCounts[--size] ?? 0;
    topLefts.copyWithin(place + 1, place, size);
    topCounts.copyWithin(place + 1, place, size);
    topLefts[place] = left;
    topCounts[place] = count;
    covered += count;
    size++;
  }
  return { size, covered };
}

function isBehind(place: number, left: number, count: number): boolean {
  const other = topCounts[place] ?? 0;
  return other < count || (other === count && (topLefts[place] ?? 0) > left);
}

export function writeSplit(
  buffer: ByteBuffer,
  values: Float64Array,
  plan: SplitPlan,
  isLittle: boolean,
): void {
  const { leftBits, dictionary, exceptionCount } = plan;
  const count = values.length;
  const rightBits = 64 - leftBits;
  const width = codeBits(dictionary.length);
  const codeBytes = Math.ceil((count * width) / 8);
  const rightBytes = Math.ceil((count * rightBits) / 8);
  buffer.reserve(headBytes + 2 * maxDictionary + codeBytes + rightBytes + exceptionCount * exceptionBytes);
  const { view } = buffer;
  buffer.byte(rightBits);
  buffer.byte(width);
  buffer.byte(dictionary.length);
  view.setUint32(buffer.length, exceptionCount, isLittle);
  buffer.length += 4;
  for (const left of dictionary) {
    view.setUint16(buffer.length, left, isLittle);
    buffer.length += 2;
  }
  const rightsAt = buffer.length + codeBytes;
  view.setUint8(buffer.length, 0);
  const words = wordsOf(values);
  let at = 8 * buffer.length;
  for (let i = 0; i < count; i++, at += width) {
    putLowBits(view, at, Math.max(dictionary.indexOf(leftOf(words, i, leftBits)), 0));
  }
  writeRights(view, rightsAt, words, rightBits);
  buffer.length = rightsAt + rightBytes;
  // Last, because bit fields may touch bytes after their own.
  for (let i = 0; exceptionCount > 0 && i < count; i++) {
    const left = leftOf(words, i, leftBits);
    if (dictionary.includes(left)) continue;
    view.setUint32(buffer.length, i, isLittle);
    view.setUint16(buffer.length + 4, left, isLittle);
    buffer.length += exceptionBytes;
  }
}

function leftOf(words: Int32Array, index: number, leftBits: number): number {
  return (words[2 * index + HIGH] ?? 0) >>> (32 - leftBits);
}

function writeRights(view: DataView, start: number, words: Int32Array, rightBits: number): void {
  const upperMask = lowMask(rightBits - 32);
  view.setUint8(start, 0);
  let at = 8 * start;
  for (let word = 0; word < words.length; word += 2, at += rightBits) {
    putLowWide(view, at, (words[word + HIGH] ?? 0) & upperMask, words[word + LOW] ?? 0, rightBits);
  }
}

/** Fills `values` from bytes `[start, end)` after the scheme byte, all of which must be used. */
export function readSplit(
  payload: PaddedBytes,
  start: number,
  end: number,
  values: Float64Array,
  isLittle: boolean,
): void {
  const { view } = payload;
  const count = values.length;
  if (end - start < headBytes) throw new MeboError('truncated', 'an ALP column shorter than its head');
  const rightBits = view.getUint8(start);
  const width = view.getUint8(start + 1);
  const dictionarySize = view.getUint8(start + 2);
  const exceptionCount = view.getUint32(start + 3, isLittle);
  if (
    rightBits < 64 - maxLeftBits ||
    rightBits > 63 ||
    dictionarySize < 1 ||
    dictionarySize > maxDictionary ||
    width !== codeBits(dictionarySize) ||
    exceptionCount > count
  ) {
    throw new MeboError(
      'malformed',
      `an ALP column of ${String(rightBits)} right bits, ${String(dictionarySize)} codes of ${String(width)} bits, ${String(exceptionCount)} exceptions`,
    );
  }
  const codesAt = start + headBytes + 2 * dictionarySize;
  const rightsAt = codesAt + Math.ceil((count * width) / 8);
  const exceptionsAt = rightsAt + Math.ceil((count * rightBits) / 8);
  assertEnds(exceptionsAt + exceptionCount * exceptionBytes, end);
  const leftShift = rightBits - 32;
  const shifted = new Int32Array(dictionarySize);
  for (let d = 0; d < dictionarySize; d++) {
    shifted[d] = shiftedLeft(view.getUint16(start + headBytes + 2 * d, isLittle), rightBits);
  }
  const words = wordsOf(values);
  const codeMask = lowMask(width);
  const upperMask = lowMask(leftShift);
  let codeAt = 8 * codesAt;
  let rightAt = 8 * rightsAt;
  for (let word = 0; word < words.length; word += 2, codeAt += width, rightAt += rightBits) {
    const code = peekLowBits(view, codeAt) & codeMask;
    if (code >= dictionarySize) throw new MeboError('malformed', 'an ALP code without an entry');
    words[word + LOW] = peekLowBits(view, rightAt);
    words[word + HIGH] = (peekLowBits(view, rightAt + 32) & upperMask) | (shifted[code] ?? 0);
  }
  let at = exceptionsAt;
  let next = 0;
  for (let k = 0; k < exceptionCount; k++, at += exceptionBytes) {
    const place = view.getUint32(at, isLittle);
    assertPlace(place, next, count);
    next = place + 1;
    const right = (words[2 * place + HIGH] ?? 0) & upperMask;
    words[2 * place + HIGH] = right | shiftedLeft(view.getUint16(at + 4, isLittle), rightBits);
  }
}

function shiftedLeft(left: number, rightBits: number): number {
  if (left >>> (64 - rightBits) !== 0) {
    throw new MeboError('malformed', `an ALP left part of more than ${String(64 - rightBits)} bits`);
  }
  return left << (rightBits - 32);
}
