import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import type { ByteOrder, Compression, MeboOptions } from '../../../../system/charts/mebo/format.ts';
import type { TimestampEncoding, ValueEncoding } from '../../../../system/charts/mebo/format.ts';
import type { MeboInput } from '../../../../system/charts/mebo/metric.ts';

/** One blob that the Go library wrote, with what it was given (mebo-format §6). */
export interface Vector {
  readonly name: string;
  readonly timestampEncoding: TimestampEncoding;
  readonly valueEncoding: ValueEncoding;
  readonly compression: { readonly timestamps: Compression; readonly values: Compression };
  readonly endianness: ByteOrder;
  readonly layout: 'v1' | 'v2';
  readonly sharedTimestamps: boolean;
  readonly tags: boolean;
  readonly startTimeUs: number;
  readonly metrics: readonly {
    readonly id: string;
    readonly name?: string;
    readonly points: readonly { readonly tUs: number; readonly v: string; readonly tag?: string }[];
  }[];
  readonly blobHex: string;
}

const file = new URL('mebo-vectors.json.gz', import.meta.url);

export const vectors = JSON.parse(gunzipSync(readFileSync(file)).toString('utf8')) as readonly Vector[];

export function blobOf(vector: Vector): Uint8Array {
  return Uint8Array.from(Buffer.from(vector.blobHex, 'hex'));
}

export function optionsOf(vector: Vector): Partial<MeboOptions> {
  return {
    startTimeUs: BigInt(vector.startTimeUs),
    timestampEncoding: vector.timestampEncoding,
    valueEncoding: vector.valueEncoding,
    timestampCompression: vector.compression.timestamps,
    valueCompression: vector.compression.values,
    byteOrder: vector.endianness,
    layout: vector.layout,
    sharedTimestamps: vector.sharedTimestamps,
    tags: vector.tags,
  };
}

/** The metrics in order of insertion, their values bit for bit. */
export function metricsOf(vector: Vector): MeboInput[] {
  return vector.metrics.map(({ id, name, points }) => ({
    key: name ?? BigInt(id),
    timesUs: BigInt64Array.from(points, ({ tUs }) => BigInt(tUs)),
    values: new Float64Array(BigUint64Array.from(points, ({ v }) => BigInt(`0x${v}`)).buffer),
    tags: points.map(({ tag }) => tag ?? ''),
  }));
}

export function vectorNamed(name: string): Vector {
  const vector = vectors.find((one) => one.name === name);
  if (vector === undefined) throw new Error(`no vector ${name}`);
  return vector;
}
