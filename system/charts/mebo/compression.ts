import type { Compression } from './format.ts';
import { compressLz4, decompressLz4 } from './lz4-block.ts';
import { compressS2, decompressS2 } from './s2-block.ts';
import { compressZstd, decompressZstd } from './zstd.ts';

/** A whole payload compressed, without any prefix; an empty one stays empty. May return `payload` itself. */
export function compress(compression: Compression, payload: Uint8Array, zstdChecksum: boolean): Uint8Array {
  if (payload.length === 0) return payload;
  switch (compression) {
    case 'none':
      return payload;
    case 'zstd':
      return compressZstd(payload, zstdChecksum);
    case 's2':
      return compressS2(payload);
    case 'lz4':
      return compressLz4(payload);
  }
}

/**
 * The inverse of {@link compress}. Throws `MeboError`: `limit` where the result is over `maxBytes`, which is found before
 * memory is taken for more than that; `compression` where the stored bytes are none of this compressor.
 */
export function decompress(compression: Compression, stored: Uint8Array, maxBytes: number): Uint8Array {
  if (stored.length === 0) return stored;
  switch (compression) {
    case 'none':
      return stored;
    case 'zstd':
      return decompressZstd(stored, maxBytes);
    case 's2':
      return decompressS2(stored, maxBytes);
    case 'lz4':
      return decompressLz4(stored, maxBytes);
  }
}
