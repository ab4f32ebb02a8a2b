import { crc32 as crc32OfAll } from 'node:zlib';

/** CRC-32 (IEEE 802.3) of `bytes[0, end)` as an unsigned 32-bit integer; finds every burst of up to 32 bits. */
export function crc32(bytes: Uint8Array, end: number): number {
  return crc32OfAll(end === bytes.length ? bytes : bytes.subarray(0, end));
}
