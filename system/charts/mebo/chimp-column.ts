import type { ByteBuffer, PaddedBytes } from './byte-buffer.ts';
import { MeboError } from './error.ts';
import { HIGH, LOW } from './metric.ts';
import { isPaddingClear, leadingZeros, peekBits, putBits, putWide, trailingZeros } from './msb-bits.ts';

/** More than 69 bits. */
const maxValueBytes = 9;
const bucketZeros = Uint8Array.of(0, 8, 12, 16, 18, 20, 22, 24);
const bucketOfLead = Uint8Array.from({ length: 65 }, (_none, lead) =>
  bucketZeros.findLastIndex((zeros) => zeros <= lead),
);
const NONE = -1;

/**
 * Each value's XOR with the one before, in one of four forms of two bits: `00` none; `01` bucket of leading zeros, 6 bits of
 * width, and the bits without trailing zeros, where those are more than 6; `10` the bits after the bucket of the last value;
 * `11` the same after a bucket of its own. After `00` and `01` there is no last bucket (mebo-format §3.2: Chimp, not Chimp128).
 */
export function writeChimp(buffer: ByteBuffer, words: Int32Array): void {
  buffer.reserve((words.length / 2) * maxValueBytes);
  const { view } = buffer;
  let previousHigh = words[HIGH] ?? 0;
  let previousLow = words[LOW] ?? 0;
  view.setInt32(buffer.length, previousHigh);
  view.setInt32(buffer.length + 4, previousLow);
  view.setUint8(buffer.length + 8, 0);
  let at = 8 * (buffer.length + 8);
  let stored = NONE;
  for (let word = 2; word < words.length; word += 2) {
    const high = words[word + HIGH] ?? 0;
    const low = words[word + LOW] ?? 0;
    const xorHigh = high ^ previousHigh;
    const xorLow = low ^ previousLow;
    previousHigh = high;
    previousLow = low;
    if ((xorHigh | xorLow) === 0) {
      putBits(view, at, 0);
      at += 2;
      stored = NONE;
      continue;
    }
    const bucket = bucketOfLead[leadingZeros(xorHigh, xorLow)] ?? 0;
    const trail = trailingZeros(xorHigh, xorLow);
    let width = 64 - (bucketZeros[bucket] ?? 0);
    if (trail > 6) {
      width -= trail;
      putBits(view, at, 0x4000_0000 | (bucket << 27) | (width << 21));
      at += 11;
      if (trail >= 32) putWide(view, at, 0, xorHigh >>> (trail - 32), width);
      else putWide(view, at, xorHigh >>> trail, (xorHigh << (32 - trail)) | (xorLow >>> trail), width);
      stored = NONE;
    } else {
      if (bucket === stored) {
        putBits(view, at, 0x8000_0000);
        at += 2;
      } else {
        putBits(view, at, 0xc000_0000 | (bucket << 27));
        at += 5;
        stored = bucket;
      }
      putWide(view, at, xorHigh, xorLow, width);
    }
    at += width;
  }
  buffer.length = (at + 7) >>> 3;
}

/** Fills `words` from bytes `[start, end)`, all of which must be used. */
export function readChimp(payload: PaddedBytes, start: number, end: number, words: Int32Array): void {
  if (end - start < 8) throw new MeboError('truncated', 'a Chimp column of less than one value');
  const { view } = payload;
  const limit = 8 * end;
  let high = view.getInt32(start);
  let low = view.getInt32(start + 4);
  words[HIGH] = high;
  words[LOW] = low;
  let at = 8 * start + 64;
  let stored = NONE;
  for (let word = 2; word < words.length; word += 2) {
    if (at >= limit) throw new MeboError('truncated', 'a Chimp column runs past its end');
    const head = peekBits(view, at);
    const form = head >>> 30;
    if (form === 0) {
      at += 2;
      stored = NONE;
    } else {
      let width: number;
      let trail = 0;
      if (form === 1) {
        width = (head >>> 21) & 63;
        if (width === 0) width = 64;
        trail = 64 - (bucketZeros[(head >>> 27) & 7] ?? 0) - width;
        if (trail < 0) throw new MeboError('malformed', 'a Chimp value wider than its bucket');
        stored = NONE;
        at += 11;
      } else {
        if (form === 3) {
          stored = (head >>> 27) & 7;
          at += 5;
        } else {
          if (stored === NONE) throw new MeboError('malformed', 'a Chimp bucket used before it was set');
          at += 2;
        }
        width = 64 - (bucketZeros[stored] ?? 0);
      }
      if (at + width > limit) throw new MeboError('truncated', 'a Chimp column runs past its end');
      if (width <= 32) {
        const bits = peekBits(view, at) >>> (32 - width);
        if (trail >= 32) high ^= bits << (trail - 32);
        else {
          low ^= bits << trail;
          if (trail > 0) high ^= bits >>> (32 - trail);
        }
      } else {
        const upper = peekBits(view, at) >>> (64 - width);
        const lower = peekBits(view, at + width - 32);
        low ^= lower << trail;
        high ^= trail === 0 ? upper : (upper << trail) | (lower >>> (32 - trail));
      }
      at += width;
    }
    words[word + HIGH] = high;
    words[word + LOW] = low;
  }
  if (at > limit) throw new MeboError('truncated', 'a Chimp column runs past its end');
  if ((at + 7) >>> 3 !== end || !isPaddingClear(view, at)) {
    throw new MeboError('malformed', 'bits after a Chimp column');
  }
}
