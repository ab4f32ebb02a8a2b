/** Longest duration that is told apart: ten minutes. */
const mostMs = 600_000;

/** Durations in whole milliseconds, counted: exact percentiles in little memory. */
export class Durations {
  readonly #counts = new Uint32Array(mostMs + 1);
  #total = 0;
  #max = 0;

  get total(): number {
    return this.#total;
  }

  get max(): number {
    return this.#max;
  }

  add(durationMs: number): void {
    const slot = Math.min(mostMs, Math.max(0, Math.round(durationMs)));
    this.#counts[slot] = (this.#counts[slot] ?? 0) + 1;
    this.#total++;
    this.#max = Math.max(this.#max, durationMs);
  }

  percentile(share: number): number {
    let left = Math.ceil(share * this.#total);
    for (let slot = 0; slot <= mostMs; slot++) {
      left -= this.#counts[slot] ?? 0;
      if (left <= 0 && this.#total > 0) return slot;
    }
    return 0;
  }
}
