/** Longest duration that is told apart: ten minutes. */
const mostMs = 600_000;
const fewestSlots = 1_024;

/** Durations in whole milliseconds, counted: exact percentiles in little memory. */
export class Durations {
  /** Grown to the longest one so far: nearly all are short. */
  #counts = new Uint32Array(fewestSlots);
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
    if (slot >= this.#counts.length) this.#growTo(slot);
    this.#counts[slot] = (this.#counts[slot] ?? 0) + 1;
    this.#total++;
    this.#max = Math.max(this.#max, durationMs);
  }

  percentile(share: number): number {
    if (this.#total === 0) return 0;
    let left = Math.ceil(share * this.#total);
    for (let slot = 0; slot < this.#counts.length; slot++) {
      left -= this.#counts[slot] ?? 0;
      if (left <= 0) return slot;
    }
    return 0;
  }

  #growTo(slot: number): void {
    const counts = new Uint32Array(Math.min(mostMs + 1, Math.max(slot + 1, 2 * this.#counts.length)));
    counts.set(this.#counts);
    this.#counts = counts;
  }
}
