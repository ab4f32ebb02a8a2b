import { MeboError } from './error.ts';

/** `delta` is a second difference as a varint; `deltapacked` the same in groups of four. */
export type TimestampEncoding = 'raw' | 'delta' | 'deltapacked';
export type ValueEncoding = 'raw' | 'gorilla' | 'chimp' | 'alp';
export type Compression = 'none' | 'zstd' | 's2' | 'lz4';
export type ByteOrder = 'little' | 'big';

/** How a numeric blob is written (mebo-format §1). */
export interface MeboOptions {
  /** Microseconds since the epoch, a label of the blob: no timestamp is relative to it. */
  readonly startTimeUs: bigint;
  readonly timestampEncoding: TimestampEncoding;
  readonly valueEncoding: ValueEncoding;
  readonly timestampCompression: Compression;
  readonly valueCompression: Compression;
  readonly byteOrder: ByteOrder;
  /** `v1` keeps the order of insertion; `v2` sorts by id and has room for long columns. */
  readonly layout: 'v1' | 'v2';
  /** Stores equal timestamp columns once; implies `v2`. */
  readonly sharedTimestamps: boolean;
  /** Keeps the tags of points; without any tag that is not empty, nothing is stored. */
  readonly tags: boolean;
  /** Adds a checksum to every zstd frame, which the Go library never writes but reads and checks. */
  readonly zstdChecksum: boolean;
}

/** What the Go library does by default: delta and Gorilla, little-endian, layout v1, neither tags nor compression. */
export const meboDefaults: MeboOptions = {
  startTimeUs: 0n,
  timestampEncoding: 'delta',
  valueEncoding: 'gorilla',
  timestampCompression: 'none',
  valueCompression: 'none',
  byteOrder: 'little',
  layout: 'v1',
  sharedTimestamps: false,
  tags: false,
  zstdChecksum: false,
};

/** Bounds on what is read from one blob, so that a hostile one costs bounded time and memory. */
export interface MeboLimits {
  /** Points of all metrics together; each takes 16 bytes once decoded. */
  readonly maxPoints: number;
  readonly maxMetrics: number;
}

/** The library has no bound on points; four million are far more than a context has. */
export const meboLimits: MeboLimits = { maxPoints: 1 << 22, maxMetrics: 65_536 };

/** The library refuses payloads that are larger once decompressed (mebo-format §4). */
export const maxPayloadBytes = 128 * 1024 * 1024;

/** Largest number that an offset, count or name length of 16 bits can hold. */
export const maxUint16 = 0xffff;

const timestampEncodingCodes = { raw: 1, delta: 2, deltapacked: 5 } as const;
const valueEncodingCodes = { raw: 1, gorilla: 3, chimp: 4, alp: 6 } as const;
const compressionCodes = { none: 1, zstd: 2, s2: 3, lz4: 4 } as const;

export function encodingByte(timestamps: TimestampEncoding, values: ValueEncoding): number {
  return timestampEncodingCodes[timestamps] | (valueEncodingCodes[values] << 4);
}

export function compressionByte(timestamps: Compression, values: Compression): number {
  return compressionCodes[timestamps] | (compressionCodes[values] << 4);
}

export function timestampEncodingOf(code: number): TimestampEncoding {
  return nameOf(timestampEncodingCodes, code, 'timestamp encoding');
}

export function valueEncodingOf(code: number): ValueEncoding {
  return nameOf(valueEncodingCodes, code, 'value encoding');
}

export function compressionOf(code: number): Compression {
  return nameOf(compressionCodes, code, 'compression');
}

function nameOf<Name extends string>(
  codes: Readonly<Record<Name, number>>,
  code: number,
  what: string,
): Name {
  for (const name in codes) if (codes[name] === code) return name;
  throw new MeboError('unknown-encoding', `${what} ${String(code)}`);
}
