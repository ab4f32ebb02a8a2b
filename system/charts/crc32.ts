const table = new Int32Array(256);
for (let byte = 0; byte < 256; byte++) {
  let remainder = byte;
  for (let bit = 0; bit < 8; bit++) remainder = (remainder >>> 1) ^ (remainder & 1 ? 0xedb88320 : 0);
  table[byte] = remainder;
}

/** CRC-32 (IEEE 802.3) of `bytes[0, end)` as an unsigned 32-bit integer; finds every burst of up to 32 bits. */
export function crc32(bytes: Uint8Array, end: number): number {
  let remainder = -1;
  for (let i = 0; i < end; i++) {
    remainder = (remainder >>> 8) ^ (table[(remainder ^ (bytes[i] ?? 0)) & 0xff] ?? 0);
  }
  return ~remainder >>> 0;
}
