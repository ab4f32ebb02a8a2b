import {
  constants,
  createZstdCompress,
  createZstdDecompress,
  zstdCompressSync,
  zstdDecompressSync,
} from 'node:zlib';
import { MeboError } from './error.ts';
import { ZstdContext } from './zstd-context.ts';

const frameMagic = 0xfd2f_b528;
const contentSizeBytes = [0, 2, 4, 8] as const;
const dictionaryIdBytes = [0, 1, 2, 4] as const;
/** The Go library's level has windows of 8 MiB; libzstd would take 128 MiB of memory for a frame that asks for it. */
const windowLogMax = 24;
/** Up to here a frame, and mostly what it holds, fits into what a context that is used again has room for. */
const smallBytes = 32 * 1024;
const RLE_BLOCK = 1;
const RESERVED_BLOCK = 3;

/** The library's own 16 KiB of output at a time cost more than the compression of what is small. */
function chunkBytes(expected: number): number {
  return Math.min(Math.max(expected, 256), 16_384);
}

/** At the level that comes closest to the Go library's default. */
const plainParams = { [constants.ZSTD_c_compressionLevel]: 3, [constants.ZSTD_c_checksumFlag]: 0 };
const checkedParams = { ...plainParams, [constants.ZSTD_c_checksumFlag]: 1 };
const readingParams = { [constants.ZSTD_d_windowLogMax]: windowLogMax };

const plain = new ZstdContext(() => createZstdCompress({ params: plainParams }));
const checked = new ZstdContext(() => createZstdCompress({ params: checkedParams }));
const reading = new ZstdContext(() => createZstdDecompress({ params: readingParams }));

/** One zstd frame (RFC 8878). */
export function compressZstd(bytes: Uint8Array, withChecksum: boolean): Uint8Array {
  if (bytes.length <= smallBytes) {
    const frame = (withChecksum ? checked : plain).run(bytes);
    if (frame !== undefined) return frame;
  }
  return zstdCompressSync(bytes, {
    chunkSize: chunkBytes(bytes.length + 64),
    params: withChecksum ? checkedParams : plainParams,
  });
}

/** Reads exactly one frame of at most `maxBytes`; a content size and a checksum are checked where the frame has them. */
export function decompressZstd(frame: Uint8Array, maxBytes: number): Uint8Array {
  const length = frameLength(frame);
  if (length !== frame.length) {
    throw new MeboError('compression', `a zstd frame of ${String(length)} in ${String(frame.length)} bytes`);
  }
  if (length <= smallBytes) {
    const bytes = reading.run(frame);
    if (bytes !== undefined && bytes.length <= maxBytes) return bytes;
  }
  try {
    return zstdDecompressSync(frame, { maxOutputLength: Math.max(maxBytes, 1), params: readingParams });
  } catch (error) {
    if (error instanceof RangeError)
      throw new MeboError('limit', `a zstd frame of over ${String(maxBytes)} bytes`);
    throw new MeboError('compression', error instanceof Error ? error.message : 'zstd');
  }
}

/** The library accepts what follows a frame in silence, so its length is found from its header and those of its blocks. */
function frameLength(frame: Uint8Array): number {
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  if (frame.length < 6 || view.getUint32(0, true) !== frameMagic) {
    throw new MeboError('compression', 'no zstd frame');
  }
  const descriptor = view.getUint8(4);
  const isSingleSegment = (descriptor & 0x20) !== 0;
  const hasChecksum = (descriptor & 4) !== 0;
  const sizeFlag = descriptor >>> 6;
  const sizeBytes = sizeFlag === 0 && isSingleSegment ? 1 : (contentSizeBytes[sizeFlag] ?? 0);
  let at = 5 + (isSingleSegment ? 0 : 1) + (dictionaryIdBytes[descriptor & 3] ?? 0) + sizeBytes;
  for (let isLast = false; !isLast;) {
    if (at + 3 > frame.length)
      throw new MeboError('compression', 'a zstd frame that ends before its last block');
    const head = view.getUint16(at, true) | (view.getUint8(at + 2) << 16);
    isLast = (head & 1) !== 0;
    const kind = (head >>> 1) & 3;
    if (kind === RESERVED_BLOCK) throw new MeboError('compression', 'a zstd block of no kind');
    at += 3 + (kind === RLE_BLOCK ? 1 : head >>> 3);
  }
  return at + (hasChecksum ? 4 : 0);
}
