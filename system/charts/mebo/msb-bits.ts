/** The 32 bits from bit `at` on, the first one highest. Reads five bytes. */
export function peekBits(view: DataView, at: number): number {
  const byte = at >>> 3;
  const shift = at & 7;
  return (view.getInt32(byte) << shift) | (view.getUint8(byte + 4) >>> (8 - shift));
}

/**
 * Writes 32 bits, the first one highest, from bit `at` on. Whoever has fewer leaves the rest zero, to be written over:
 * everything from `at` on must be zero up to the end of its byte, and is so after each call. Writes five bytes.
 */
export function putBits(view: DataView, at: number, bits: number): void {
  const byte = at >>> 3;
  const shift = at & 7;
  view.setInt32(byte, (view.getUint8(byte) << 24) | (bits >>> shift));
  view.setUint8(byte + 4, bits << (8 - shift));
}

/** The low `width` (1…64) bits of two words; the bits above them must be zero. */
export function putWide(view: DataView, at: number, high: number, low: number, width: number): void {
  if (width <= 32) {
    putBits(view, at, low << (32 - width));
  } else {
    putBits(view, at, high << (64 - width));
    putBits(view, at + width - 32, low);
  }
}

/** Whether the bits from `at` on up to the end of its byte are zero: padding that an encoder leaves. */
export function isPaddingClear(view: DataView, at: number): boolean {
  return (at & 7) === 0 || ((view.getUint8(at >>> 3) << (at & 7)) & 0xff) === 0;
}

export function trailingZeros(high: number, low: number): number {
  return low === 0 ? 63 - Math.clz32(high & -high) : 31 - Math.clz32(low & -low);
}

export function leadingZeros(high: number, low: number): number {
  return high === 0 ? 32 + Math.clz32(low) : Math.clz32(high);
}
