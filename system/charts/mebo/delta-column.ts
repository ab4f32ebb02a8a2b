import type { ByteBuffer, PaddedBytes } from './byte-buffer.ts';
import { MeboError } from './error.ts';
import { HIGH, LOW } from './metric.ts';

/** Room that one varint may take. */
export const maxVarintBytes = 10;

/**
 * The first timestamp, then zig-zag second differences, all as varints; a regular step costs one byte (mebo-format §2).
 * Arithmetic is that of 64-bit integers that wrap, done in words.
 */
export function writeDelta(buffer: ByteBuffer, words: Int32Array): void {
  buffer.reserve((words.length / 2) * maxVarintBytes);
  const { bytes } = buffer;
  let timeLow = words[LOW] ?? 0;
  let timeHigh = words[HIGH] ?? 0;
  buffer.varint(timeLow, timeHigh);
  let at = buffer.length;
  let stepLow = 0;
  let stepHigh = 0;
  for (let word = 2; word < words.length; word += 2) {
    const low = words[word + LOW] ?? 0;
    const high = words[word + HIGH] ?? 0;
    const newStepLow = (low - timeLow) | 0;
    const newStepHigh = (high - timeHigh - (low >>> 0 < timeLow >>> 0 ? 1 : 0)) | 0;
    const changeLow = (newStepLow - stepLow) | 0;
    const changeHigh = (newStepHigh - stepHigh - (newStepLow >>> 0 < stepLow >>> 0 ? 1 : 0)) | 0;
    const sign = changeHigh >> 31;
    const zigzagLow = (changeLow << 1) ^ sign;
    const zigzagHigh = ((changeHigh << 1) | (changeLow >>> 31)) ^ sign;
    if (zigzagHigh === 0 && zigzagLow >>> 7 === 0) {
      bytes[at++] = zigzagLow;
    } else {
      buffer.length = at;
      buffer.varint(zigzagLow, zigzagHigh);
      at = buffer.length;
    }
    timeLow = low;
    timeHigh = high;
    stepLow = newStepLow;
    stepHigh = newStepHigh;
  }
  buffer.length = at;
}

/** Fills `words` from bytes `[start, end)`, all of which must be used. */
export function readDelta(payload: PaddedBytes, start: number, end: number, words: Int32Array): void {
  const at = readVarintSteps(payload, start, end, words, words.length / 2);
  if (at !== end) throw endError(at, end);
}

export function endError(at: number, end: number): MeboError {
  return at > end
    ? new MeboError('truncated', 'a timestamp column runs past its end')
    : new MeboError('malformed', `${String(end - at)} bytes after a timestamp column`);
}

/** Reads the first `count` timestamps and returns where it ended, which may be up to ten bytes past `end`. */
export function readVarintSteps(
  payload: PaddedBytes,
  start: number,
  end: number,
  words: Int32Array,
  count: number,
): number {
  const { view } = payload;
  let at = start;
  let timeLow = 0;
  let timeHigh = 0;
  let stepLow = 0;
  let stepHigh = 0;
  for (let word = 0; word < 2 * count; word += 2) {
    if (at >= end) throw endError(end + 1, end);
    let low = view.getUint8(at++);
    let high = 0;
    if (low >= 0x80) {
      low &= 0x7f;
      for (let shift = 7; ; shift += 7) {
        const byte = view.getUint8(at++);
        const bits = byte & 0x7f;
        if (shift < 28) low |= bits << shift;
        else if (shift === 28) {
          low |= bits << 28;
          high = bits >>> 4;
        } else high |= bits << (shift - 32);
        if (byte < 0x80) {
          if (byte === 0) throw new MeboError('malformed', 'an integer with a needless byte');
          if (shift === 63 && bits > 1) throw new MeboError('malformed', 'an integer of more than 64 bits');
          break;
        }
        if (shift === 63) throw new MeboError('malformed', 'an integer of more than ten bytes');
      }
    }
    if (word === 0) {
      timeLow = low;
      timeHigh = high;
    } else {
      const sign = -(low & 1);
      const changeLow = ((low >>> 1) | (high << 31)) ^ sign;
      const changeHigh = (high >>> 1) ^ sign;
      stepLow = (stepLow + changeLow) | 0;
      stepHigh = (stepHigh + changeHigh + (stepLow >>> 0 < changeLow >>> 0 ? 1 : 0)) | 0;
      timeLow = (timeLow + stepLow) | 0;
      timeHigh = (timeHigh + stepHigh + (timeLow >>> 0 < stepLow >>> 0 ? 1 : 0)) | 0;
    }
    words[word + LOW] = timeLow;
    words[word + HIGH] = timeHigh;
  }
  return at;
}
