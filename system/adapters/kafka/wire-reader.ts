/** Reads the primitive types of the Kafka protocol. Throws `RangeError` where the bytes end too early. */
export class WireReader {
  readonly #buffer: Buffer;
  #offset = 0;

  constructor(bytes: Uint8Array) {
    this.#buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get left(): number {
    return this.#buffer.length - this.#offset;
  }

  int8(): number {
    return this.#buffer.readInt8(this.#advance(1));
  }

  int16(): number {
    return this.#buffer.readInt16BE(this.#advance(2));
  }

  int32(): number {
    return this.#buffer.readInt32BE(this.#advance(4));
  }

  int64(): number {
    return Number(this.#buffer.readBigInt64BE(this.#advance(8)));
  }

  varint(): number {
    let value = 0;
    let scale = 1;
    for (;;) {
      const byte = this.#buffer.readUInt8(this.#advance(1));
      value += (byte & 127) * scale;
      if (byte < 128) break;
      scale *= 128;
    }
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }

  string(): string {
    return this.nullableString() ?? '';
  }

  nullableString(): string | undefined {
    const length = this.int16();
    return length < 0 ? undefined : this.raw(length).toString('utf8');
  }

  /** Null is read as empty. */
  bytes(): Buffer {
    return this.raw(Math.max(0, this.int32()));
  }

  varbytes(): Buffer {
    return this.raw(Math.max(0, this.varint()));
  }

  /** Null is read as empty. */
  array<T>(read: () => T): T[] {
    const items: T[] = [];
    for (let count = this.int32(); count > 0; count--) items.push(read());
    return items;
  }

  raw(bytes: number): Buffer {
    const start = this.#advance(bytes);
    return this.#buffer.subarray(start, start + bytes);
  }

  #advance(bytes: number): number {
    const start = this.#offset;
    this.#offset += bytes;
    if (this.#offset > this.#buffer.length) throw new RangeError('the answer of the broker ends too early');
    return start;
  }
}
