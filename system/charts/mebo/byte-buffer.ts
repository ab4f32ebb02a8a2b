/** Bytes that may be read past the end of a payload, so that bit readers need no check for every bit. */
export const paddingBytes = 16;

/** Growing scratch buffer of an encoder. Writers of up to `more` bytes call {@link ByteBuffer.reserve} first. */
export class ByteBuffer {
  bytes = new Uint8Array(1024);
  view = new DataView(this.bytes.buffer);
  length = 0;

  /** Makes room for `more` bytes and a padding that a bit writer may touch. */
  reserve(more: number): void {
    const needed = this.length + more + paddingBytes;
    if (needed <= this.bytes.length) return;
    const larger = new Uint8Array(Math.max(needed, 2 * this.bytes.length));
    larger.set(this.bytes.subarray(0, this.length));
    this.bytes = larger;
    this.view = new DataView(larger.buffer);
  }

  byte(value: number): void {
    this.bytes[this.length++] = value;
  }

  append(bytes: Uint8Array): void {
    this.reserve(bytes.length);
    this.bytes.set(bytes, this.length);
    this.length += bytes.length;
  }

  /** LEB128 of the unsigned 64-bit integer of two words: at most 10 bytes. */
  varint(low: number, high: number): void {
    let restLow = low;
    let restHigh = high;
    let at = this.length;
    while (restHigh !== 0 || restLow >>> 7 !== 0) {
      this.bytes[at++] = (restLow & 0x7f) | 0x80;
      restLow = (restLow >>> 7) | (restHigh << 25);
      restHigh >>>= 7;
    }
    this.bytes[at++] = restLow;
    this.length = at;
  }

  /** The bytes so far, valid until the next write. */
  written(): Uint8Array {
    return this.bytes.subarray(0, this.length);
  }
}

/** A payload with {@link paddingBytes} zeros behind it, which are not part of `length`. */
export interface PaddedBytes {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  readonly length: number;
}

export function padded(payload: Uint8Array): PaddedBytes {
  const bytes = new Uint8Array(payload.length + paddingBytes);
  bytes.set(payload);
  return { bytes, view: new DataView(bytes.buffer), length: payload.length };
}
