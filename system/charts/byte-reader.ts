import { ChartCodecError } from './codec.ts';
import { WORD_SWAP } from './byte-writer.ts';
import { crc32 } from './crc32.ts';

const CHECKSUM_BYTES = 4;

/**
 * Reads what {@link ByteWriter} wrote; every read past the end is a `truncated` {@link ChartCodecError}.
 * The checksum is checked at once and is not part of what can be read.
 */
export class ByteReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #end: number;
  #position = 0;
  #bit = 0;

  /** `magic` is the first byte, `version` the second: errors about them come before an error about the checksum. */
  constructor(blob: Uint8Array, magic: number, version: number) {
    if (blob.length > 0 && blob[0] !== magic) {
      throw new ChartCodecError('bad-magic', `first byte ${String(blob[0])}, expected ${String(magic)}`);
    }
    if (blob.length > 1 && blob[1] !== version) {
      throw new ChartCodecError('unknown-version', `version ${String(blob[1])}, expected ${String(version)}`);
    }
    if (blob.length < 2 + CHECKSUM_BYTES) {
      throw new ChartCodecError('truncated', `${String(blob.length)} bytes are less than an empty blob`);
    }
    this.#bytes = blob;
    this.#view = new DataView(blob.buffer, blob.byteOffset, blob.byteLength);
    this.#end = blob.length - CHECKSUM_BYTES;
    if (this.#view.getUint32(this.#end, true) !== crc32(blob, this.#end)) {
      throw new ChartCodecError('checksum', `CRC-32 of ${String(this.#end)} bytes does not match`);
    }
    this.#position = 2;
  }

  get remaining(): number {
    return this.#end - this.#position;
  }

  #take(count: number): number {
    const from = this.#position;
    if (from + count > this.#end) {
      throw new ChartCodecError('truncated', `needs ${String(count)} bytes at ${String(from)}`);
    }
    this.#position = from + count;
    return from;
  }

  byte(): number {
    return this.#bytes[this.#take(1)] ?? 0;
  }

  float64(): number {
    return this.#view.getFloat64(this.#take(8), true);
  }

  float64Bits(into: Float64Array): void {
    let from = this.#take(8 * into.length);
    const words = new Uint32Array(into.buffer, into.byteOffset, 2 * into.length);
    for (let i = 0; i < words.length; i++, from += 4) words[i ^ WORD_SWAP] = this.#view.getUint32(from, true);
  }

  /** LEB128 of an integer in 0…2⁵³-1; longer ones are `malformed`. */
  varint(): number {
    let value = 0;
    let scale = 1;
    for (;;) {
      const byte = this.byte();
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) break;
      scale *= 128;
      if (scale > 0x2_0000_0000_0000)
        throw new ChartCodecError('malformed', 'an integer of more than 53 bits');
    }
    if (!Number.isSafeInteger(value))
      throw new ChartCodecError('malformed', 'an integer of more than 53 bits');
    return value;
  }

  /** Bit fields begin at the next whole byte; {@link ByteReader.endBits} returns to bytes. */
  startBits(): void {
    this.#bit = 8 * this.#position;
  }

  /**
   * The next bits, the first in the highest place of 32, of which at least 25 are valid. The checksum that follows the
   * content keeps this inside the blob.
   */
  peekBits(): number {
    const from = this.#bit >>> 3;
    if (from >= this.#end) throw new ChartCodecError('truncated', `needs bits at ${String(from)}`);
    return this.#view.getInt32(from, false) << (this.#bit & 7);
  }

  skipBits(count: number): void {
    this.#bit += count;
  }

  /** `count` (0…25) bits. */
  bits(count: number): number {
    if (count === 0) return 0;
    const value = this.peekBits() >>> (32 - count);
    this.#bit += count;
    return value;
  }

  /** `count` (0…53) bits as one non-negative integer. */
  wideBits(count: number): number {
    let value = 0;
    let left = count;
    while (left > 24) {
      const take = left > 48 ? left - 48 : left - 24;
      value = value * 2 ** take + this.bits(take);
      left -= take;
    }
    return value * 2 ** left + this.bits(left);
  }

  /** Leaves the bits that pad the last byte; they must be zero, so that one content has one encoding. */
  endBits(): void {
    const padding = -this.#bit & 7;
    if (padding > 0 && this.bits(padding) !== 0)
      throw new ChartCodecError('malformed', 'padding bits are not zero');
    this.#position = this.#bit >>> 3;
  }

  /** Throws unless everything was read: `malformed` where something is left, `truncated` where bits ran past the end. */
  end(): void {
    if (this.#position > this.#end) throw new ChartCodecError('truncated', 'bit fields run past the end');
    if (this.#position !== this.#end) {
      throw new ChartCodecError('malformed', `${String(this.remaining)} bytes after the end`);
    }
  }
}
