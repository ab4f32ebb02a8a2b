import { ChartCodecError } from './codec.ts';
import type { ChartCodec } from './codec.ts';
import { meboTChartCodec } from './mebo/index.ts';
import { mergeSeries } from './series.ts';
import type { Series } from './series.ts';
import { tchartCodec } from './tchart-codec.ts';

/** T-charts are split at this size (PRODUCT.md, storing). */
export const tchartLimitBytes = 256 * 1024;

/** How T-charts are written; {@link codecOfTChart} knows how each was. */
export const defaultTChartCodec: ChartCodec = meboTChartCodec;

/** The second byte of every Mebo blob, where ours have a version. */
const meboMark = 0xea;

/** The codec that wrote a T-chart blob, or that will say what is wrong with it. */
export function codecOfTChart(blob: Uint8Array): ChartCodec {
  return blob[1] === meboMark ? meboTChartCodec : tchartCodec;
}

/**
 * Encodes a context's T-chart as blobs of at most `limitBytes` each (`delivery R23`); nearly always one. Larger ones are
 * halved, by series first, then in time. Throws {@link ChartCodecError}: what the codec throws, and `limit` where a single
 * point exceeds `limitBytes` (possible below 64, with Mebo below 128).
 */
export function encodeTChart(
  series: readonly Series[],
  limitBytes: number = tchartLimitBytes,
  codec: ChartCodec = defaultTChartCodec,
): Uint8Array[] {
  const blob = codec.encode(series);
  if (blob.length <= limitBytes) return [blob];
  return halves(series, limitBytes).flatMap((half) => encodeTChart(half, limitBytes, codec));
}

/**
 * Reads the blobs of one context back, in any order and of either codec, as {@link mergeSeries} would have made the series: SVIDs ascending,
 * points by time. Throws {@link ChartCodecError}.
 */
export function decodeTChart(blobs: readonly Uint8Array[]): Series[] {
  return mergeSeries(blobs.flatMap((blob) => codecOfTChart(blob).decode(blob)));
}

function halves(series: readonly Series[], limitBytes: number): Series[][] {
  const middle = series.length >>> 1;
  if (middle > 0) return [series.slice(0, middle), series.slice(middle)];
  const only = series[0];
  const cut = (only?.values.length ?? 0) >>> 1;
  if (only === undefined || cut === 0) {
    throw new ChartCodecError('limit', `one point does not fit in ${String(limitBytes)} bytes`);
  }
  const { svid, timesUs, values } = only;
  return [
    [{ svid, timesUs: timesUs.subarray(0, cut), values: values.subarray(0, cut) }],
    [{ svid, timesUs: timesUs.subarray(cut), values: values.subarray(cut) }],
  ];
}
