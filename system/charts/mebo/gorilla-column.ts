import type { ByteBuffer, PaddedBytes } from './byte-buffer.ts';
import { MeboError } from './error.ts';
import { HIGH, LOW } from './metric.ts';
import { isPaddingClear, leadingZeros, peekBits, putBits, putWide, trailingZeros } from './msb-bits.ts';

/** More than 77 bits. */
const maxValueBytes = 10;
const headBits = 13;

/**
 * Each value's XOR with the one before: bit 0 for none; `10` and the bits of the last window; `11`, a new window (5 bits of
 * leading zeros, 6 of width less one) and its bits (mebo-format §3.1). Leading zeros over 31 are taken as 31, and the
 * window is then lowered by as much, which makes it wider than it need be.
 */
export function writeGorilla(buffer: ByteBuffer, words: Int32Array): void {
  buffer.reserve((words.length / 2) * maxValueBytes);
  const { view } = buffer;
  let previousHigh = words[HIGH] ?? 0;
  let previousLow = words[LOW] ?? 0;
  view.setInt32(buffer.length, previousHigh);
  view.setInt32(buffer.length + 4, previousLow);
  view.setUint8(buffer.length + 8, 0);
  let at = 8 * (buffer.length + 8);
  let windowLead = 0;
  let windowTrail = 0;
  let windowWidth = 0;
  for (let word = 2; word < words.length; word += 2) {
    const high = words[word + HIGH] ?? 0;
    const low = words[word + LOW] ?? 0;
    const xorHigh = high ^ previousHigh;
    const xorLow = low ^ previousLow;
    previousHigh = high;
    previousLow = low;
    if ((xorHigh | xorLow) === 0) {
      putBits(view, at++, 0);
      continue;
    }
    let lead = leadingZeros(xorHigh, xorLow);
    let trail = trailingZeros(xorHigh, xorLow);
    if (lead > 31) {
      trail = Math.max(0, trail - (lead - 31));
      lead = 31;
    }
    const isWithin = windowWidth > 0 && lead >= windowLead && trail >= windowTrail;
    if (!isWithin) {
      windowLead = lead;
      windowTrail = trail;
      windowWidth = 64 - lead - trail;
      putBits(view, at, 0xc000_0000 | (lead << 25) | ((windowWidth - 1) << 19));
      at += headBits;
    }
    let upper = xorHigh;
    let lower = xorLow;
    if (windowTrail >= 32) {
      upper = 0;
      lower = xorHigh >>> (windowTrail - 32);
    } else if (windowTrail > 0) {
      upper = xorHigh >>> windowTrail;
      lower = (xorHigh << (32 - windowTrail)) | (xorLow >>> windowTrail);
    }
    if (isWithin) {
      if (windowWidth <= 30) {
        putBits(view, at, 0x8000_0000 | (lower << (30 - windowWidth)));
        at += 2 + windowWidth;
        continue;
      }
      putBits(view, at, 0x8000_0000);
      at += 2;
    }
    putWide(view, at, upper, lower, windowWidth);
    at += windowWidth;
  }
  buffer.length = (at + 7) >>> 3;
}

/** Fills `words` from bytes `[start, end)`, all of which must be used. */
export function readGorilla(payload: PaddedBytes, start: number, end: number, words: Int32Array): void {
  if (end - start < 8) throw new MeboError('truncated', 'a Gorilla column of less than one value');
  const { view } = payload;
  const limit = 8 * end;
  let high = view.getInt32(start);
  let low = view.getInt32(start + 4);
  words[HIGH] = high;
  words[LOW] = low;
  let at = 8 * start + 64;
  let width = 0;
  let trail = 0;
  for (let word = 2; word < words.length; word += 2) {
    if (at >= limit) throw new MeboError('truncated', 'a Gorilla column runs past its end');
    const head = peekBits(view, at);
    if (head >= 0) {
      at++;
    } else {
      if ((head & 0x4000_0000) === 0) {
        if (width === 0) throw new MeboError('malformed', 'a Gorilla window used before it was set');
        at += 2;
      } else {
        width = ((head >>> 19) & 63) + 1;
        trail = 64 - ((head >>> 25) & 31) - width;
        if (trail < 0) throw new MeboError('malformed', 'a Gorilla window wider than a value');
        at += headBits;
      }
      if (at + width > limit) throw new MeboError('truncated', 'a Gorilla column runs past its end');
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
  if ((at + 7) >>> 3 !== end || !isPaddingClear(view, at)) {
    throw new MeboError('malformed', 'bits after a Gorilla column');
  }
}
