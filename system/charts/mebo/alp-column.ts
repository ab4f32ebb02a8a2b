import { bestForm, toDigits } from './alp-decimal.ts';
import { mainBits, readMain, writeMain } from './alp-main.ts';
import { leastSplitBits, planSplit, readSplit, writeSplit } from './alp-split.ts';
import type { ByteBuffer, PaddedBytes } from './byte-buffer.ts';
import { MeboError } from './error.ts';
import { wordsOf } from './metric.ts';
import { readRaw, writeRaw } from './raw-column.ts';

const MAIN = 0;
const SPLIT = 1;
const RAW = 2;
const sampleSize = 32;
const maxSample = 2 * sampleSize;

const sampleScratch = new Float64Array(maxSample);
const sampleWords = wordsOf(sampleScratch);
let digits = new Float64Array(1024);
let exceptions = new Uint32Array(1024);

/**
 * A scheme byte and the column in the smallest of three schemes, chosen by the same search as in the Go encoder
 * (mebo-format §3.3; A. Afroozeh, L. Kuffó, P. Boncz, ALP, 2023): decimals, doubles cut in two, or raw.
 */
export function writeAlp(buffer: ByteBuffer, values: Float64Array, isLittle: boolean): void {
  const count = values.length;
  if (digits.length < count) {
    digits = new Float64Array(2 * count);
    exceptions = new Uint32Array(2 * count);
  }
  buffer.reserve(1);
  const rawBits = 64 * count;
  const sample = sampleOf(values);
  const form = bestForm(sample);
  const column = toDigits(values, form, digits, exceptions);
  const { exceptionCount } = column;
  const decimalBits = exceptionCount === count ? Infinity : mainBits(count, column.width, exceptionCount);
  if ((exceptionCount === 0 || decimalBits <= leastSplitBits(count)) && decimalBits <= rawBits) {
    buffer.byte(MAIN);
    writeMain(buffer, values, form, column, digits, exceptions, isLittle);
    return;
  }
  const plan = planSplit(values, sample);
  if (decimalBits <= plan.bits && decimalBits <= rawBits) {
    buffer.byte(MAIN);
    writeMain(buffer, values, form, column, digits, exceptions, isLittle);
  } else if (plan.bits <= rawBits) {
    buffer.byte(SPLIT);
    writeSplit(buffer, values, plan, isLittle);
  } else {
    buffer.byte(RAW);
    writeRaw(buffer, wordsOf(values), isLittle);
  }
}

/** Every stride-th value, bits and all, but the least and the greatest first; fewer than {@link maxSample}. */
function sampleOf(values: Float64Array): Float64Array {
  const stride = values.length > sampleSize ? Math.floor(values.length / sampleSize) : 1;
  const count = Math.ceil(values.length / stride);
  const from = wordsOf(values);
  let leastAt = 0;
  let greatestAt = 0;
  for (let i = 0; i < count; i++) {
    sampleWords[2 * i] = from[2 * i * stride] ?? 0;
    sampleWords[2 * i + 1] = from[2 * i * stride + 1] ?? 0;
    const value = values[i * stride] ?? 0;
    if (value < (values[leastAt * stride] ?? 0)) leastAt = i;
    if (value > (values[greatestAt * stride] ?? 0)) greatestAt = i;
  }
  swap(0, leastAt);
  if (count > 1) swap(1, greatestAt === 0 ? leastAt : greatestAt);
  return sampleScratch.subarray(0, count);
}

function swap(place: number, other: number): void {
  for (let word = 0; word < 2; word++) {
    const kept = sampleWords[2 * place + word] ?? 0;
    sampleWords[2 * place + word] = sampleWords[2 * other + word] ?? 0;
    sampleWords[2 * other + word] = kept;
  }
}

/** Fills `values` from bytes `[start, end)`, all of which must be used. */
export function readAlp(
  payload: PaddedBytes,
  start: number,
  end: number,
  values: Float64Array,
  isLittle: boolean,
): void {
  if (end <= start) throw new MeboError('truncated', 'an ALP column without its scheme');
  const scheme = payload.view.getUint8(start);
  if (scheme === MAIN) readMain(payload, start + 1, end, values, isLittle);
  else if (scheme === SPLIT) readSplit(payload, start + 1, end, values, isLittle);
  else if (scheme === RAW) readRaw(payload, start + 1, end, wordsOf(values), isLittle);
  else throw new MeboError('unknown-encoding', `ALP scheme ${String(scheme)}`);
}
