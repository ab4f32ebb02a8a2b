import { MeboError } from './error.ts';
import {
  compressionByte,
  compressionOf,
  encodingByte,
  timestampEncodingOf,
  valueEncodingOf,
} from './format.ts';
import type { Compression, TimestampEncoding, ValueEncoding } from './format.ts';

export const headerBytes = 32;

const TAGS = 1;
const BIG_ENDIAN = 2;
const NAMES = 4;
const SHARED_TIMESTAMPS = 8;

/** 16-byte entries in any order; 16-byte entries sorted by id; 32-byte entries sorted by id. */
export type IndexForm = 'v1' | 'v2' | 'v2-extended';
const magics: Readonly<Record<IndexForm, number>> = { v1: 0xea1, v2: 0xea2, 'v2-extended': 0xea3 };

/** The first 32 bytes of a blob (mebo-format §1.1). Offsets are bytes from its start. */
export interface MeboHeader {
  readonly indexForm: IndexForm;
  readonly hasTags: boolean;
  readonly isLittle: boolean;
  readonly hasNames: boolean;
  readonly hasSharedTimestamps: boolean;
  readonly timestampEncoding: TimestampEncoding;
  readonly valueEncoding: ValueEncoding;
  readonly timestampCompression: Compression;
  readonly valueCompression: Compression;
  readonly startTimeUs: bigint;
  readonly metricCount: number;
  readonly indexAt: number;
  readonly timestampsAt: number;
  readonly valuesAt: number;
  /** The end of the values where there are no tags. */
  readonly tagsAt: number;
}

export function writeHeader(view: DataView, header: MeboHeader): void {
  const { isLittle } = header;
  const options =
    (magics[header.indexForm] << 4) |
    (header.hasTags ? TAGS : 0) |
    (isLittle ? 0 : BIG_ENDIAN) |
    (header.hasNames ? NAMES : 0) |
    (header.hasSharedTimestamps ? SHARED_TIMESTAMPS : 0);
  view.setUint16(0, options, true);
  view.setUint8(2, encodingByte(header.timestampEncoding, header.valueEncoding));
  view.setUint8(3, compressionByte(header.timestampCompression, header.valueCompression));
  view.setBigInt64(4, header.startTimeUs, isLittle);
  view.setUint32(12, header.metricCount, isLittle);
  view.setUint32(16, header.indexAt, isLittle);
  view.setUint32(20, header.timestampsAt, isLittle);
  view.setUint32(24, header.valuesAt, isLittle);
  view.setUint32(28, header.tagsAt, isLittle);
}

/** Reads a header; whether its offsets fit the rest of the blob is for the caller to see. */
export function readHeader(view: DataView): MeboHeader {
  if (view.byteLength >= 2) indexFormOf(view.getUint16(0, true) >>> 4);
  if (view.byteLength < headerBytes) {
    throw new MeboError('truncated', `${String(view.byteLength)} bytes are less than a header`);
  }
  const options = view.getUint16(0, true);
  const encodings = view.getUint8(2);
  const compressions = view.getUint8(3);
  const isLittle = (options & BIG_ENDIAN) === 0;
  return {
    indexForm: indexFormOf(options >>> 4),
    hasTags: (options & TAGS) !== 0,
    isLittle,
    hasNames: (options & NAMES) !== 0,
    hasSharedTimestamps: (options & SHARED_TIMESTAMPS) !== 0,
    timestampEncoding: timestampEncodingOf(encodings & 15),
    valueEncoding: valueEncodingOf(encodings >>> 4),
    timestampCompression: compressionOf(compressions & 15),
    valueCompression: compressionOf(compressions >>> 4),
    startTimeUs: view.getBigInt64(4, isLittle),
    metricCount: view.getUint32(12, isLittle),
    indexAt: view.getUint32(16, isLittle),
    timestampsAt: view.getUint32(20, isLittle),
    valuesAt: view.getUint32(24, isLittle),
    tagsAt: view.getUint32(28, isLittle),
  };
}

function indexFormOf(magic: number): IndexForm {
  if (magic === magics.v1) return 'v1';
  if (magic === magics.v2) return 'v2';
  if (magic === magics['v2-extended']) return 'v2-extended';
  throw new MeboError('bad-magic', `0x${magic.toString(16)} is no numeric Mebo blob`);
}
