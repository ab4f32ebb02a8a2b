import { chartLimits, ChartCodecError } from './codec.ts';
import type { Series } from './series.ts';

/** Throws `unencodable` or `limit` unless the series can be written by any {@link ChartCodec}. */
export function assertEncodable(series: readonly Series[]): void {
  if (series.length > chartLimits.maxSeries) {
    throw new ChartCodecError(
      'limit',
      `${String(series.length)} series, at most ${String(chartLimits.maxSeries)}`,
    );
  }
  let points = 0;
  // Series of one request share their column of times.
  let checkedTimesUs: Float64Array | undefined;
  for (const { svid, timesUs, values } of series) {
    if (!Number.isInteger(svid) || svid < 0 || svid > chartLimits.maxSvid) {
      throw new ChartCodecError('unencodable', `SVID ${String(svid)} is not an integer in 0…2³²-1`);
    }
    if (timesUs.length !== values.length) {
      throw new ChartCodecError(
        'unencodable',
        `SVID ${String(svid)} has ${String(timesUs.length)} times and ${String(values.length)} values`,
      );
    }
    points += values.length;
    if (timesUs === checkedTimesUs) continue;
    checkedTimesUs = timesUs;
    for (let i = 0; i < timesUs.length; i++) {
      if (!Number.isSafeInteger(timesUs[i])) {
        throw new ChartCodecError(
          'unencodable',
          `SVID ${String(svid)}: time ${String(timesUs[i])} is no safe integer`,
        );
      }
    }
  }
  if (points > chartLimits.maxPoints) {
    throw new ChartCodecError('limit', `${String(points)} points, at most ${String(chartLimits.maxPoints)}`);
  }
}

/** Whether all series lie on the same instants, so that one time column serves them all. */
export function shareTimes(series: readonly Series[]): boolean {
  const first = series[0]?.timesUs;
  if (first === undefined) return false;
  for (let s = 1; s < series.length; s++) {
    const other = series[s]?.timesUs;
    if (other === first) continue;
    if (other?.length !== first.length) return false;
    for (let i = 0; i < first.length; i++) if (other[i] !== first[i]) return false;
  }
  return true;
}
