/**
 * A sum that keeps what rounding drops (Neumaier), as Prometheus 3 adds up series and samples. A sum that overflows
 * forgets the compensation.
 */
export class KahanSum {
  sum: number;
  compensation = 0;

  constructor(first = 0) {
    this.sum = first;
  }

  add(value: number): void {
    const total = this.sum + value;
    if (Math.abs(total) === Infinity) this.compensation = 0;
    else if (Math.abs(this.sum) >= Math.abs(value)) this.compensation += this.sum - total + value;
    else this.compensation += value - total + this.sum;
    this.sum = total;
  }

  get total(): number {
    return Math.abs(this.sum) === Infinity ? this.sum : this.sum + this.compensation;
  }
}

/** The mean of at least one value; where their sum overflows, a mean that moves from value to value. */
export function meanOf(values: readonly number[]): number {
  const sum = new KahanSum(values[0]);
  for (let index = 1; index < values.length; index++) {
    const { compensation, sum: before } = sum;
    sum.add(values[index] as number);
    if (Math.abs(sum.sum) !== Infinity) continue;
    return movingMean(values, index, before / index, compensation / index);
  }
  return sum.sum / values.length + sum.compensation / values.length;
}

function movingMean(values: readonly number[], from: number, mean: number, compensation: number): number {
  let moving = new KahanSum(mean);
  moving.compensation = compensation;
  for (let index = from; index < values.length; index++) {
    const count = index + 1;
    const share = (count - 1) / count;
    const next = new KahanSum(share * moving.sum);
    next.compensation = share * moving.compensation;
    next.add((values[index] as number) / count);
    moving = next;
  }
  return moving.sum + moving.compensation;
}

/** The quantile of plain values, between two of them in proportion. NaN without values, infinite beyond 0 and 1. */
export function quantileOf(quantile: number, values: readonly number[]): number {
  if (values.length === 0 || Number.isNaN(quantile)) return Number.NaN;
  if (quantile < 0) return -Infinity;
  if (quantile > 1) return Infinity;
  // NaN counts as the smallest value.
  const sorted = values.toSorted((left, right) =>
    Number.isNaN(left) ? (Number.isNaN(right) ? 0 : -1) : Number.isNaN(right) ? 1 : left - right,
  );
  const rank = quantile * (sorted.length - 1);
  const lower = Math.max(0, Math.floor(rank));
  const upper = Math.min(sorted.length - 1, lower + 1);
  const weight = rank - Math.floor(rank);
  return (sorted[lower] as number) * (1 - weight) + (sorted[upper] as number) * weight;
}
