import type { SimProcess } from '../kernel/index.ts';

/**
 * The driver's monotonic timestamps (cassandra-and-live 25): milliseconds of the process's own wall clock with a
 * counter behind them; it never goes back, also where the clock does, and runs ahead after 1,000 in one millisecond.
 */
export class TimestampGenerator {
  readonly #process: SimProcess;
  #lastMs = -1;
  #counter = 0;

  constructor(process: SimProcess) {
    this.#process = process;
  }

  nextUs(): number {
    const nowMs = this.#process.wallMs();
    if (nowMs > this.#lastMs) {
      this.#lastMs = nowMs;
      this.#counter = 0;
    } else if (++this.#counter > 999) {
      this.#lastMs++;
      this.#counter = 0;
    }
    return this.#lastMs * 1000 + this.#counter;
  }
}
