import type { ByteReader } from './byte-reader.ts';
import { WORD_SWAP } from './byte-writer.ts';
import type { ByteWriter } from './byte-writer.ts';
import { ChartCodecError } from './codec.ts';

const LOW = WORD_SWAP;
const HIGH = 1 - WORD_SWAP;
/** Room that one value may take at most, for {@link ByteWriter.reserve}. */
export const maxXorBytes = 10;

/**
 * Doubles by the XOR of neighbours, after T. Pelkonen et al., Gorilla (2015): a zero bit for the same value again; `10` and
 * the bits in the last window; `11`, 6 bits of leading zeros, 6 bits of length less one, and the bits. Works on words, so
 * that every bit pattern survives.
 */
export function writeXor(writer: ByteWriter, values: Float64Array): void {
  const words = new Uint32Array(values.buffer, values.byteOffset, 2 * values.length);
  let previousHigh = 0;
  let previousLow = 0;
  let windowLeading = 64;
  let windowLength = 0;
  for (let at = 0; at < words.length; at += 2) {
    const high = words[at + HIGH] ?? 0;
    const low = words[at + LOW] ?? 0;
    const xorHigh = (high ^ previousHigh) >>> 0;
    const xorLow = (low ^ previousLow) >>> 0;
    previousHigh = high;
    previousLow = low;
    if (xorHigh === 0 && xorLow === 0) {
      writer.bits(0, 1);
      continue;
    }
    const leading = xorHigh === 0 ? 32 + Math.clz32(xorLow) : Math.clz32(xorHigh);
    const trailing = xorLow === 0 ? 32 + trailingZeros(xorHigh) : trailingZeros(xorLow);
    const length = 64 - leading - trailing;
    const fits = leading >= windowLeading && trailing >= 64 - windowLeading - windowLength;
    // A window that is much too wide costs more than describing a new one (12 bits).
    if (fits && windowLength <= length + 12) {
      writer.bits(2, 2);
    } else {
      writer.bits(3, 2);
      writer.bits(leading, 6);
      writer.bits(length - 1, 6);
      windowLeading = leading;
      windowLength = length;
    }
    writeWindow(writer, xorHigh, xorLow, 64 - windowLeading - windowLength, windowLength);
  }
}

export function readXor(reader: ByteReader, values: Float64Array): void {
  const words = new Uint32Array(values.buffer, values.byteOffset, 2 * values.length);
  reader.startBits();
  let high = 0;
  let low = 0;
  let windowTrailing = 0;
  let windowLength = 0;
  for (let at = 0; at < words.length; at += 2) {
    const repeated = reader.bits(1) === 0;
    if (!repeated && reader.bits(1) === 1) {
      const leading = reader.bits(6);
      windowLength = reader.bits(6) + 1;
      windowTrailing = 64 - leading - windowLength;
      if (windowTrailing < 0) throw new ChartCodecError('malformed', 'a window wider than a double');
    }
    if (!repeated) {
      if (windowLength === 0) throw new ChartCodecError('malformed', 'a window used before it was set');
      const upper = windowLength > 32 ? reader.wideBits(windowLength - 32) : 0;
      const lower = reader.wideBits(Math.min(32, windowLength));
      if (windowTrailing === 0) {
        high ^= upper;
        low ^= lower;
      } else if (windowTrailing < 32) {
        high ^= (upper << windowTrailing) | (lower >>> (32 - windowTrailing));
        low ^= lower << windowTrailing;
      } else {
        high ^= lower << (windowTrailing - 32);
      }
    }
    words[at + HIGH] = high;
    words[at + LOW] = low;
  }
}

function writeWindow(writer: ByteWriter, high: number, low: number, trailing: number, length: number): void {
  let upper = high;
  let lower = low;
  if (trailing >= 32) {
    upper = 0;
    lower = high >>> (trailing - 32);
  } else if (trailing > 0) {
    upper = high >>> trailing;
    lower = ((high << (32 - trailing)) | (low >>> trailing)) >>> 0;
  }
  if (length > 32) writer.wideBits(upper, length - 32);
  writer.wideBits(lower, Math.min(32, length));
}

function trailingZeros(word: number): number {
  return 31 - Math.clz32(word & -word);
}
