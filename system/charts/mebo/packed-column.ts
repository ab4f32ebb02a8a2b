import type { ByteBuffer, PaddedBytes } from './byte-buffer.ts';
import { endError, maxVarintBytes, readVarintSteps, writeDelta } from './delta-column.ts';
import { MeboError } from './error.ts';
import { HIGH, LOW } from './metric.ts';

const maxGroupBytes = 1 + 4 * 8;

/**
 * As {@link writeDelta}, but second differences from the third point on lie in groups of four: a byte with two bits for the
 * width of each (1, 2, 4 or 8 bytes), then the four, little-endian in every blob; the last group may be shorter
 * (mebo-format §2).
 */
export function writePacked(buffer: ByteBuffer, words: Int32Array): void {
  writeDelta(buffer, words.subarray(0, 4));
  const points = words.length / 2;
  buffer.reserve(((points >>> 2) + 1) * maxGroupBytes + maxVarintBytes);
  const { view } = buffer;
  let control = 0;
  let controlAt = 0;
  let at = buffer.length;
  for (let point = 2; point < points; point++) {
    const place = (point - 2) & 3;
    if (place === 0) {
      controlAt = at++;
      control = 0;
    }
    const word = 2 * point;
    const low = words[word + LOW] ?? 0;
    const high = words[word + HIGH] ?? 0;
    const middleLow = words[word - 2 + LOW] ?? 0;
    const middleHigh = words[word - 2 + HIGH] ?? 0;
    const firstLow = words[word - 4 + LOW] ?? 0;
    const firstHigh = words[word - 4 + HIGH] ?? 0;
    const stepLow = (low - middleLow) | 0;
    const stepHigh = (high - middleHigh - (low >>> 0 < middleLow >>> 0 ? 1 : 0)) | 0;
    const beforeLow = (middleLow - firstLow) | 0;
    const beforeHigh = (middleHigh - firstHigh - (middleLow >>> 0 < firstLow >>> 0 ? 1 : 0)) | 0;
    const changeLow = (stepLow - beforeLow) | 0;
    const changeHigh = (stepHigh - beforeHigh - (stepLow >>> 0 < beforeLow >>> 0 ? 1 : 0)) | 0;
    const sign = changeHigh >> 31;
    const zigzagLow = (changeLow << 1) ^ sign;
    const zigzagHigh = ((changeHigh << 1) | (changeLow >>> 31)) ^ sign;
    const width = zigzagHigh !== 0 ? 3 : zigzagLow >>> 16 !== 0 ? 2 : zigzagLow >>> 8 !== 0 ? 1 : 0;
    control |= width << (2 * place);
    view.setUint8(controlAt, control);
    view.setInt32(at, zigzagLow, true);
    view.setInt32(at + 4, zigzagHigh, true);
    at += 1 << width;
  }
  buffer.length = at;
}

/** Fills `words` from bytes `[start, end)`, all of which must be used. */
export function readPacked(payload: PaddedBytes, start: number, end: number, words: Int32Array): void {
  const points = words.length / 2;
  let at = readVarintSteps(payload, start, end, words, Math.min(2, points));
  if (points > 2) at = readGroups(payload, at, end, words);
  if (at !== end) throw endError(at, end);
}

function readGroups(payload: PaddedBytes, start: number, end: number, words: Int32Array): number {
  const { view } = payload;
  let timeLow = words[2 + LOW] ?? 0;
  let timeHigh = words[2 + HIGH] ?? 0;
  const firstLow = words[LOW] ?? 0;
  let stepLow = (timeLow - firstLow) | 0;
  let stepHigh = (timeHigh - (words[HIGH] ?? 0) - (timeLow >>> 0 < firstLow >>> 0 ? 1 : 0)) | 0;
  let at = start;
  let control = 0;
  for (let word = 4, place = 0; word < words.length; word += 2, place = (place + 1) & 3) {
    if (at >= end) throw endError(end + 1, end);
    if (place === 0) control = view.getUint8(at++);
    const width = control & 3;
    control >>>= 2;
    let low = 0;
    let high = 0;
    if (width === 0) low = view.getUint8(at);
    else if (width === 1) low = view.getUint16(at, true);
    else {
      low = view.getInt32(at, true);
      if (width === 3) high = view.getInt32(at + 4, true);
    }
    at += 1 << width;
    const sign = -(low & 1);
    const changeLow = ((low >>> 1) | (high << 31)) ^ sign;
    const changeHigh = (high >>> 1) ^ sign;
    stepLow = (stepLow + changeLow) | 0;
    stepHigh = (stepHigh + changeHigh + (stepLow >>> 0 < changeLow >>> 0 ? 1 : 0)) | 0;
    timeLow = (timeLow + stepLow) | 0;
    timeHigh = (timeHigh + stepHigh + (timeLow >>> 0 < stepLow >>> 0 ? 1 : 0)) | 0;
    words[word + LOW] = timeLow;
    words[word + HIGH] = timeHigh;
  }
  if (control !== 0) throw new MeboError('malformed', 'a width for a timestamp that a group does not have');
  return at;
}
