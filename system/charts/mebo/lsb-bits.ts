/** The 32 bits from bit `at` on, the first one lowest. Reads five bytes. */
export function peekLowBits(view: DataView, at: number): number {
  const byte = at >>> 3;
  const shift = at & 7;
  return (view.getInt32(byte, true) >>> shift) | ((view.getUint8(byte + 4) << (31 - shift)) << 1);
}

/** The lowest `width` (0…32) bits set. */
export function lowMask(width: number): number {
  return width === 0 ? 0 : -1 >>> (32 - width);
}

/**
 * Writes up to 32 bits, the first one lowest, from bit `at` on; those above the width must be zero, to be written over:
 * everything from `at` on must be zero up to the end of its byte, and is so after each call. Writes five bytes.
 */
export function putLowBits(view: DataView, at: number, bits: number): void {
  const byte = at >>> 3;
  const shift = at & 7;
  view.setInt32(byte, view.getUint8(byte) | (bits << shift), true);
  view.setUint8(byte + 4, (bits >>> (31 - shift)) >>> 1);
}

/** The low `width` (0…64) bits of two words; the bits above them must be zero. */
export function putLowWide(view: DataView, at: number, high: number, low: number, width: number): void {
  putLowBits(view, at, low);
  if (width > 32) putLowBits(view, at + 32, high);
}
