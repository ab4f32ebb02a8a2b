import { ByteBuffer } from './byte-buffer.ts';
import { MeboError } from './error.ts';
import { copyMatch, findMatches } from './matches.ts';

const minMatch = 4;
const inToken = 15;

/** One raw LZ4 block: no frame, no length (mebo-format §4). Any input; never more than 1/255 larger than it, plus 16 bytes. */
export function compressLz4(bytes: Uint8Array): Uint8Array {
  const buffer = new ByteBuffer();
  buffer.reserve(bytes.length + Math.ceil(bytes.length / 255) + 16);
  const writeLength = (length: number): void => {
    let rest = length - inToken;
    for (; rest >= 255; rest -= 255) buffer.byte(255);
    buffer.byte(rest);
  };
  const writeLiterals = (start: number, end: number, matchInToken: number): void => {
    const length = end - start;
    buffer.byte((Math.min(length, inToken) << 4) | matchInToken);
    if (length >= inToken) writeLength(length);
    buffer.append(bytes.subarray(start, end));
  };
  const lastLiterals = findMatches(bytes, (start, end, offset, length) => {
    const coded = length - minMatch;
    writeLiterals(start, end, Math.min(coded, inToken));
    buffer.byte(offset & 0xff);
    buffer.byte(offset >>> 8);
    if (coded >= inToken) writeLength(coded);
  });
  writeLiterals(lastLiterals, bytes.length, 0);
  return buffer.written();
}

/** Reads one block of at most `maxBytes`. Goes over it twice: the first time only to see how long the result will be. */
export function decompressLz4(block: Uint8Array, maxBytes: number): Uint8Array {
  const into = new Uint8Array(walk(block, maxBytes, undefined));
  walk(block, maxBytes, into);
  return into;
}

/** Checks everything, and copies only where there is something to copy into. Returns the length of the result. */
function walk(block: Uint8Array, maxBytes: number, into: Uint8Array | undefined): number {
  let at = 0;
  let length = 0;
  const next = (): number => {
    const byte = block[at++];
    if (byte === undefined) throw new MeboError('compression', 'an LZ4 block that ends inside a sequence');
    return byte;
  };
  const extended = (nibble: number): number => {
    let value = nibble;
    if (nibble < inToken) return value;
    for (let byte = 255; byte === 255;) {
      byte = next();
      value += byte;
    }
    return value;
  };
  for (;;) {
    const token = next();
    const literals = extended(token >>> 4);
    if (literals > block.length - at)
      throw new MeboError('compression', 'an LZ4 block that ends inside literals');
    if (length + literals > maxBytes)
      throw new MeboError('limit', `an LZ4 block of over ${String(maxBytes)} bytes`);
    into?.set(block.subarray(at, at + literals), length);
    at += literals;
    length += literals;
    if (at === block.length) {
      if ((token & inToken) !== 0)
        throw new MeboError('compression', 'an LZ4 block that ends before a match');
      return length;
    }
    const low = next();
    const offset = low | (next() << 8);
    const match = extended(token & inToken) + minMatch;
    if (offset === 0 || offset > length) throw new MeboError('compression', 'an LZ4 match before the start');
    if (length + match > maxBytes)
      throw new MeboError('limit', `an LZ4 block of over ${String(maxBytes)} bytes`);
    if (into !== undefined) copyMatch(into, length, offset, match);
    length += match;
  }
}
