import { crc32 } from './crc32.ts';

/**
 * Growing scratch buffer for encoders: whole bytes, LEB128 integers, and bit fields (most significant bit first).
 * One instance is reused for many blobs; {@link ByteWriter.finish} copies the result out.
 *
 * Bits and bytes share the buffer: after bit fields, {@link ByteWriter.flushBits} pads to a whole byte.
 */
export class ByteWriter {
  #bytes = new Uint8Array(4096);
  #view = new DataView(this.#bytes.buffer);
  #length = 0;
  /** Bits not yet written out, in the low `#pendingBits` (fewer than 8) places. */
  #pending = 0;
  #pendingBits = 0;

  reset(): void {
    this.#length = 0;
    this.#pending = 0;
    this.#pendingBits = 0;
  }

  get length(): number {
    return this.#length;
  }

  /** Forgets everything after the first `length` bytes. */
  rewind(length: number): void {
    this.#length = length;
    this.#pending = 0;
    this.#pendingBits = 0;
  }

  /** Makes room, so that the writes that follow need no check. Every writer of up to `more` bytes calls it first. */
  reserve(more: number): void {
    const needed = this.#length + more + 8;
    if (needed <= this.#bytes.length) return;
    const larger = new Uint8Array(Math.max(needed, 2 * this.#bytes.length));
    larger.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = larger;
    this.#view = new DataView(larger.buffer);
  }

  byte(value: number): void {
    this.#bytes[this.#length++] = value;
  }

  uint32(value: number): void {
    this.#view.setUint32(this.#length, value, true);
    this.#length += 4;
  }

  float64(value: number): void {
    this.#view.setFloat64(this.#length, value, true);
    this.#length += 8;
  }

  /** Little-endian bytes of the columns, as they lie in memory: the only way that keeps every NaN's payload. */
  float64Bits(values: Float64Array): void {
    const words = new Uint32Array(values.buffer, values.byteOffset, 2 * values.length);
    for (let i = 0; i < words.length; i++) this.uint32(words[i ^ WORD_SWAP] ?? 0);
  }

  /** LEB128 of an integer in 0…2⁵³-1: at most 8 bytes. */
  varint(value: number): void {
    let rest = value;
    while (rest >= 0x8000_0000) {
      this.#bytes[this.#length++] = (rest % 128) | 0x80;
      rest = Math.floor(rest / 128);
    }
    while (rest >= 0x80) {
      this.#bytes[this.#length++] = (rest & 0x7f) | 0x80;
      rest >>>= 7;
    }
    this.#bytes[this.#length++] = rest;
  }

  /** The low `count` (0…24) bits of `value`. */
  bits(value: number, count: number): void {
    let pending = (this.#pending << count) | (value & ((1 << count) - 1));
    let pendingBits = this.#pendingBits + count;
    while (pendingBits >= 8) {
      pendingBits -= 8;
      this.#bytes[this.#length++] = pending >>> pendingBits;
    }
    pending &= (1 << pendingBits) - 1;
    this.#pending = pending;
    this.#pendingBits = pendingBits;
  }

  /** The low `count` (0…53) bits of a non-negative integer that may exceed 32 bits. */
  wideBits(value: number, count: number): void {
    if (count <= 24) {
      this.bits(value % 0x100_0000, count);
      return;
    }
    const high = Math.floor(value / 0x100_0000);
    if (count > 48) this.bits(Math.floor(high / 0x100_0000), count - 48);
    this.bits(high % 0x100_0000, Math.min(24, count - 24));
    this.bits(value % 0x100_0000, 24);
  }

  flushBits(): void {
    if (this.#pendingBits === 0) return;
    this.#bytes[this.#length++] = this.#pending << (8 - this.#pendingBits);
    this.#pending = 0;
    this.#pendingBits = 0;
  }

  /** Appends the CRC-32 of everything written and returns a copy of the whole, possibly a part of a larger buffer. */
  finish(): Uint8Array {
    this.reserve(4);
    this.uint32(crc32(this.#bytes, this.#length));
    const copy = allocate(this.#length);
    copy.set(this.#bytes.subarray(0, this.#length));
    return copy;
  }
}

const slabBytes = 65_536;
let slab = new Uint8Array(slabBytes);
let slabUsed = 0;

/**
 * Small blobs share slabs: a buffer of its own costs a chunk of 160 bytes three times its size and a finaliser. Blobs
 * of one time live about equally long, so a slab is not kept for a few of them.
 */
function allocate(bytes: number): Uint8Array {
  if (bytes > slabBytes / 16) return new Uint8Array(bytes);
  if (slabUsed + bytes > slabBytes) {
    slab = new Uint8Array(slabBytes);
    slabUsed = 0;
  }
  const part = slab.subarray(slabUsed, slabUsed + bytes);
  slabUsed += bytes;
  return part;
}

/** 1 where the high word of a double lies first in memory, so that `words[i ^ WORD_SWAP]` is little-endian order. */
export const WORD_SWAP = new Uint8Array(new Uint32Array([1]).buffer)[0] === 1 ? 0 : 1;
