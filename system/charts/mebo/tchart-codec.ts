import { chartLimits, ChartCodecError } from '../codec.ts';
import type { ChartCodec, ChartCodecErrorCode } from '../codec.ts';
import { assertEncodable } from '../series-check.ts';
import type { Series } from '../series.ts';
import { decodeMebo } from './decode.ts';
import { encodeMebo } from './encode.ts';
import { MeboError } from './error.ts';
import type { MeboErrorCode } from './error.ts';
import type { MeboOptions } from './format.ts';
import { HIGH, LOW, wordsOf } from './metric.ts';
import type { MeboInput, MeboMetric } from './metric.ts';

/** How {@link meboTChartCodec} writes: smallest on sensor traces, of which all SVIDs have the same instants. */
export const meboTChartOptions = {
  timestampEncoding: 'delta',
  valueEncoding: 'alp',
  timestampCompression: 'zstd',
  valueCompression: 'zstd',
  sharedTimestamps: true,
  zstdChecksum: true,
} as const satisfies Partial<MeboOptions>;

/** Marks a metric whose one point is none, since Mebo has neither metrics without points nor blobs without metrics. */
const EMPTY = 1n << 32n;
const placeShift = 33n;
const svidMask = 0xffff_ffffn;
const twoTo32 = 2 ** 32;

/**
 * Codec of a whole context as one Mebo blob, which any reader of Mebo reads (`delivery R21`, R24). Metric ids are the SVIDs
 * where these rise, 0 is not among them and no series is empty, as a merged context leaves them; else an id is, from its
 * top, the place of the series from 1 on, a bit for an empty one, and 32 bits of SVID.
 *
 * `options` decide how it writes; it reads all that Mebo has. Layout v2, since v1 has no room for long series.
 *
 * Not modelled: a checksum over the whole. Mebo has none; where zstd frames have theirs, those cover times and values, so a
 * changed SVID may go unnoticed.
 */
export function meboCodec(options: Partial<MeboOptions>): ChartCodec {
  return {
    id: 3,
    name: 'mebo',
    encode(series) {
      assertEncodable(series);
      const startTimeUs = BigInt(series[0]?.timesUs[0] ?? 0);
      return guarded(() => encodeMebo(inputsOf(series), { ...options, layout: 'v2', startTimeUs }));
    },
    decode(blob) {
      const limits = { maxPoints: chartLimits.maxPoints, maxMetrics: chartLimits.maxSeries };
      return seriesOf(guarded(() => decodeMebo(blob, limits)).metrics);
    },
  };
}

export const meboTChartCodec: ChartCodec = meboCodec(meboTChartOptions);

const chartErrorCodes: Readonly<Record<MeboErrorCode, ChartCodecErrorCode>> = {
  'bad-magic': 'bad-magic',
  'unknown-encoding': 'unknown-version',
  truncated: 'truncated',
  malformed: 'malformed',
  compression: 'checksum',
  limit: 'limit',
  unencodable: 'unencodable',
};

function guarded<Result>(act: () => Result): Result {
  try {
    return act();
  } catch (error) {
    if (error instanceof MeboError) throw new ChartCodecError(chartErrorCodes[error.code], error.message);
    throw error;
  }
}

function inputsOf(series: readonly Series[]): MeboInput[] {
  if (series.length === 0) return [emptyInput(EMPTY)];
  const isPlain = series.every(
    ({ svid, values }, i) => values.length > 0 && svid > (series[i - 1]?.svid ?? 0),
  );
  let lastTimesUs: Float64Array | undefined;
  let lastTimes: BigInt64Array = new BigInt64Array();
  return series.map(({ svid, timesUs, values }, i) => {
    const key = BigInt(svid) | (isPlain ? 0n : BigInt(i + 1) << placeShift);
    if (values.length === 0) return emptyInput(key | EMPTY);
    if (timesUs !== lastTimesUs) lastTimes = integersOf(timesUs);
    lastTimesUs = timesUs;
    return { key, timesUs: lastTimes, values };
  });
}

function emptyInput(key: bigint): MeboInput {
  return { key, timesUs: new BigInt64Array(1), values: new Float64Array(1) };
}

function integersOf(timesUs: Float64Array): BigInt64Array {
  const integers = new BigInt64Array(timesUs.length);
  const words = wordsOf(integers);
  for (let i = 0; i < timesUs.length; i++) {
    const timeUs = timesUs[i] ?? 0;
    words[2 * i + LOW] = timeUs;
    words[2 * i + HIGH] = Math.floor(timeUs / twoTo32);
  }
  return integers;
}

function seriesOf(metrics: readonly MeboMetric[]): Series[] {
  const isPlain = (metrics[0]?.id ?? 0n) <= svidMask;
  if (metrics.length === 1 && metrics[0]?.id === EMPTY) return [];
  const known = new Map<number, Float64Array>();
  return metrics.map(({ id, timesUs, values }, i) => {
    const place = id >> placeShift;
    const isEmpty = (id & EMPTY) !== 0n;
    if (place !== (isPlain ? 0n : BigInt(i + 1)) || (isEmpty && values.length !== 1)) {
      throw new ChartCodecError('malformed', `metric id ${String(id)}`);
    }
    const svid = Number(id & svidMask);
    if (isEmpty) return { svid, timesUs: new Float64Array(), values: new Float64Array() };
    // Columns that are shared begin at the same place in memory.
    const times = known.get(timesUs.byteOffset) ?? doublesOf(timesUs);
    known.set(timesUs.byteOffset, times);
    return { svid, timesUs: times, values };
  });
}

function doublesOf(integers: BigInt64Array): Float64Array {
  const timesUs = new Float64Array(integers.length);
  const words = wordsOf(integers);
  for (let i = 0; i < timesUs.length; i++) {
    const timeUs = (words[2 * i + HIGH] ?? 0) * twoTo32 + ((words[2 * i + LOW] ?? 0) >>> 0);
    if (!Number.isSafeInteger(timeUs))
      throw new ChartCodecError('malformed', 'a time that is no safe integer');
    timesUs[i] = timeUs;
  }
  return timesUs;
}
