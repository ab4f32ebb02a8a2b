import { uchartMonth } from '../../ports/tables.ts';

/** Each month has at least so many days. */
const stepUs = 28 * 86_400_000_000;

/**
 * The months (yyyymm, UTC, as in the partition key) of charts that ended in a span, ascending. Times in microseconds since
 * the epoch.
 */
export function monthsBetween(fromUs: number, toUs: number): readonly number[] {
  const months: number[] = [];
  for (let atUs = fromUs; atUs < toUs + stepUs; atUs += stepUs) {
    const month = uchartMonth(Math.min(atUs, toUs));
    if (months.at(-1) !== month) months.push(month);
  }
  return months;
}
