/**
 * The points of one SVID over some time, in columns.
 *
 * `timesUs` are integer microseconds since the epoch, kept in doubles; `values` are what the sensor said, bit for bit
 * (NaN payloads, -0 and infinities included). Both have the same length. The columns are read-only by agreement: a
 * decoder may hand the same time column to several series.
 */
export interface Series {
  readonly svid: number;
  readonly timesUs: Float64Array;
  readonly values: Float64Array;
}

/** Number of points in all series together. */
export function pointCount(series: readonly Series[]): number {
  let points = 0;
  for (const one of series) points += one.values.length;
  return points;
}

/**
 * Joins the series of many requests (chunks) into one series per SVID, in a form that depends on the *set* of points
 * only: SVIDs ascending, points by time, points of one instant by their bits, exact duplicates (same SVID, time
 * and bits, as a retried request leaves them) once. Points that disagree about one instant are all kept; the U-chart
 * decides between them.
 */
export function mergeSeries(parts: readonly Series[]): Series[] {
  const partsBySvid = new Map<number, Series[]>();
  for (const part of parts) {
    const known = partsBySvid.get(part.svid);
    if (known === undefined) partsBySvid.set(part.svid, [part]);
    else known.push(part);
  }
  return [...partsBySvid.keys()]
    .sort((a, b) => a - b)
    .map((svid) => canonical(svid, partsBySvid.get(svid) ?? []));
}

function canonical(svid: number, parts: readonly Series[]): Series {
  const points = pointCount(parts);
  const timesUs = new Float64Array(points);
  const values = new Float64Array(points);
  let filled = 0;
  for (const part of parts) {
    timesUs.set(part.timesUs, filled);
    values.set(part.values, filled);
    filled += part.values.length;
  }
  if (isStrictlyRising(timesUs)) return { svid, timesUs, values };
  return sortedWithoutDuplicates(svid, timesUs, values);
}

function isStrictlyRising(timesUs: Float64Array): boolean {
  for (let i = 1; i < timesUs.length; i++) {
    if (!((timesUs[i] ?? 0) > (timesUs[i - 1] ?? 0))) return false;
  }
  return true;
}

function sortedWithoutDuplicates(svid: number, timesUs: Float64Array, values: Float64Array): Series {
  // Bits are compared and moved as integers, because an engine may change the payload of a NaN held in a number.
  const bits = new BigInt64Array(values.buffer);
  const order = Uint32Array.from(timesUs, (_time, index) => index).sort((a, b) => {
    const byTime = (timesUs[a] ?? 0) - (timesUs[b] ?? 0);
    if (byTime !== 0) return byTime;
    const bitsA = bits[a] ?? 0n;
    const bitsB = bits[b] ?? 0n;
    return bitsA < bitsB ? -1 : bitsA > bitsB ? 1 : 0;
  });
  const sortedTimesUs = new Float64Array(order.length);
  const sortedBits = new BigInt64Array(order.length);
  let kept = 0;
  for (const index of order) {
    const timeUs = timesUs[index] ?? 0;
    const valueBits = bits[index] ?? 0n;
    if (kept > 0 && sortedTimesUs[kept - 1] === timeUs && sortedBits[kept - 1] === valueBits) continue;
    sortedTimesUs[kept] = timeUs;
    sortedBits[kept] = valueBits;
    kept++;
  }
  return {
    svid,
    timesUs: sortedTimesUs.slice(0, kept),
    values: new Float64Array(sortedBits.buffer, 0, kept),
  };
}
