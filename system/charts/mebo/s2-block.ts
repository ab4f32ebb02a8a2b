import { ByteBuffer } from './byte-buffer.ts';
import { MeboError } from './error.ts';
import { copyMatch, findMatches } from './matches.ts';

const LITERAL = 0;
const COPY_1 = 1;
const COPY_2 = 2;

/** One S2 block: the decoded length as a varint, then Snappy elements and repeats of the last offset (mebo-format §4). */
export function compressS2(bytes: Uint8Array): Uint8Array {
  const buffer = new ByteBuffer();
  buffer.reserve(bytes.length + Math.ceil(bytes.length / 16) + 32);
  buffer.varint(bytes.length, 0);
  let lastOffset = 0;
  const lastLiterals = findMatches(bytes, (start, end, offset, length) => {
    writeLiterals(buffer, bytes, start, end);
    if (offset === lastOffset) writeRepeat(buffer, length);
    else writeCopy(buffer, offset, length);
    lastOffset = offset;
  });
  writeLiterals(buffer, bytes, lastLiterals, bytes.length);
  return buffer.written();
}

function writeLiterals(buffer: ByteBuffer, bytes: Uint8Array, start: number, end: number): void {
  if (start === end) return;
  buffer.reserve(5);
  const coded = end - start - 1;
  if (coded < 60) {
    buffer.byte((coded << 2) | LITERAL);
  } else {
    const lengthBytes = coded < 0x100 ? 1 : coded < 0x1_0000 ? 2 : coded < 0x100_0000 ? 3 : 4;
    buffer.byte(((59 + lengthBytes) << 2) | LITERAL);
    for (let b = 0; b < lengthBytes; b++) buffer.byte(coded >>> (8 * b));
  }
  buffer.append(bytes.subarray(start, end));
}

/** A match of at least four bytes, as one copy and, where that is too short, a repeat. */
function writeCopy(buffer: ByteBuffer, offset: number, length: number): void {
  buffer.reserve(8);
  let copied = length;
  if (offset < 2048 && length >= 4 && (length <= 11 || length >= 64)) {
    if (length > 11) copied = 8;
    buffer.byte(((offset >>> 8) << 5) | ((copied - 4) << 2) | COPY_1);
    buffer.byte(offset & 0xff);
  } else {
    // A repeat takes at least four bytes.
    if (length > 64) copied = 60;
    buffer.byte(((copied - 1) << 2) | COPY_2);
    buffer.byte(offset & 0xff);
    buffer.byte(offset >>> 8);
  }
  if (length > copied) writeRepeat(buffer, length - copied);
}

function writeRepeat(buffer: ByteBuffer, length: number): void {
  buffer.reserve(5);
  let rest = length;
  // What the three-byte form holds at most, and the least that may be left for the next.
  const most = 0xff_ffff + 65_540;
  for (; rest > most; rest -= most - 4) writeOneRepeat(buffer, most - 4);
  writeOneRepeat(buffer, rest);
}

function writeOneRepeat(buffer: ByteBuffer, length: number): void {
  if (length <= 8) {
    buffer.byte(((length - 4) << 2) | COPY_1);
    buffer.byte(0);
    return;
  }
  const [form, extraBytes, least] = length < 264 ? [5, 1, 8] : length < 65_796 ? [6, 2, 260] : [7, 3, 65_540];
  buffer.byte((form << 2) | COPY_1);
  buffer.byte(0);
  for (let b = 0; b < extraBytes; b++) buffer.byte((length - least) >>> (8 * b));
}

/** Reads one block of at most `maxBytes`. Memory is taken only for what the block can hold. */
export function decompressS2(block: Uint8Array, maxBytes: number): Uint8Array {
  let at = 0;
  /** The next `count` (1…4) bytes as a little-endian integer. */
  const next = (count: number): number => {
    let value = 0;
    for (let b = 0; b < count; b++) {
      const byte = block[at++];
      if (byte === undefined) throw new MeboError('compression', 'an S2 block that ends inside an element');
      value += byte * 2 ** (8 * b);
    }
    return value;
  };
  const total = decodedLength(next);
  if (total > maxBytes) throw new MeboError('limit', `an S2 block of ${String(total)} bytes`);
  const into = new Uint8Array(total);
  let length = 0;
  let offset = 0;
  while (at < block.length) {
    const tag = next(1);
    const six = tag >>> 2;
    const kind = tag & 3;
    if (kind === LITERAL) {
      const literals = (six < 60 ? six : next(six - 59)) + 1;
      if (literals > block.length - at || literals > total - length) {
        throw new MeboError('compression', 'S2 literals past the end');
      }
      into.set(block.subarray(at, at + literals), length);
      at += literals;
      length += literals;
      continue;
    }
    let match = six + 1;
    if (kind === COPY_1) {
      const newOffset = ((tag >>> 5) << 8) | next(1);
      match = (six & 7) + 4;
      if (newOffset !== 0) offset = newOffset;
      else if (match === 5 + 4) match = next(1) + 8;
      else if (match === 6 + 4) match = next(2) + 260;
      else if (match === 7 + 4) match = next(3) + 65_540;
    } else {
      offset = next(kind === COPY_2 ? 2 : 4);
    }
    if (offset === 0 || offset > length) throw new MeboError('compression', 'an S2 copy before the start');
    if (match > total - length) throw new MeboError('compression', 'an S2 copy past the end');
    copyMatch(into, length, offset, match);
    length += match;
  }
  if (length !== total) {
    throw new MeboError('compression', `an S2 block of ${String(length)} instead of ${String(total)} bytes`);
  }
  return into;
}

function decodedLength(next: (count: number) => number): number {
  let value = 0;
  for (let place = 0; place < 5; place++) {
    const byte = next(1);
    value += (byte & 0x7f) * 2 ** (7 * place);
    if (byte < 0x80) return value;
  }
  throw new MeboError('compression', 'an S2 block whose length has over five bytes');
}
