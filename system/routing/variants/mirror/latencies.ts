/** Ascending bounds in milliseconds; a last bucket takes what is above. */
const boundsMs = [1, 2, 5, 10, 15, 20, 30, 40, 50, 75, 100, 150, 200, 300, 500, 750, 1000, 2000, 5000];

/** Durations of one side, kept as counts by bucket. */
export class Latencies {
  readonly #counts = new Uint32Array(boundsMs.length + 1);
  count = 0;
  sumMs = 0;

  add(durationMs: number): void {
    const found = boundsMs.findIndex((bound) => durationMs <= bound);
    const index = found < 0 ? boundsMs.length : found;
    this.#counts[index] = (this.#counts[index] ?? 0) + 1;
    this.count++;
    this.sumMs += durationMs;
  }

  merge(other: Latencies): void {
    other.#counts.forEach((count, index) => {
      this.#counts[index] = (this.#counts[index] ?? 0) + count;
    });
    this.count += other.count;
    this.sumMs += other.sumMs;
  }

  /** Upper bound of the bucket that holds the 95th percentile; undefined where nothing was measured. */
  get p95Ms(): number | undefined {
    if (this.count === 0) return undefined;
    const rank = Math.ceil(this.count * 0.95);
    let below = 0;
    for (const [index, count] of this.#counts.entries()) {
      below += count;
      if (below >= rank) return boundsMs[index] ?? Infinity;
    }
    return undefined;
  }
}
