import type { Series } from './series.ts';

/**
 * What went wrong with a blob, or with what should have become one.
 *
 * - `bad-magic`: not a blob of this codec.
 * - `unknown-version`: of this codec, written by a later one.
 * - `truncated`: ends before its own structure does.
 * - `checksum`: the bytes are not those that were written.
 * - `malformed`: checksum right, structure impossible.
 * - `limit`: more series or points than {@link chartLimits} allow, or one point larger than the given limit.
 * - `unencodable`: a time that is not a safe integer, an SVID outside 0…2³²-1, columns of different length.
 */
export type ChartCodecErrorCode =
  'bad-magic' | 'unknown-version' | 'truncated' | 'checksum' | 'malformed' | 'limit' | 'unencodable';

/** The only error a {@link ChartCodec} throws. `message` starts with the code. */
export class ChartCodecError extends Error {
  override readonly name = 'ChartCodecError';
  readonly code: ChartCodecErrorCode;

  constructor(code: ChartCodecErrorCode, detail: string) {
    super(`${code}: ${detail}`);
    this.code = code;
  }
}

/** Bounds on one blob, so that a hostile one costs bounded time and memory (16 MiB of columns at most). */
export const chartLimits = {
  maxSeries: 16_384,
  maxPoints: 1 << 20,
  maxSvid: 0xffff_ffff,
} as const;

/**
 * Bytes of a group of series. `decode(encode(series))` gives the same series in the same order, bit for bit.
 * Both throw {@link ChartCodecError} and nothing else. `encode` returns bytes of its own; `decode` keeps no reference to
 * the blob.
 */
export interface ChartCodec {
  /** Stored beside the blob, so that a reader knows the codec (`cassandra-and-live §2.3`, column `codec`). */
  readonly id: number;
  readonly name: string;
  encode(series: readonly Series[]): Uint8Array;
  decode(blob: Uint8Array): Series[];
}
