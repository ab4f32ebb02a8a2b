import type { Clock } from '../../ports/clock.ts';

/**
 * Times that can be stored, and that no step of the wall clock disturbs while the process lives (delivery F39, F41):
 * the wall time at the start, carried on by the monotonic clock.
 *
 * Not modelled: a step of the wall clock between two lives of the process; stored times are then off by it.
 */
export class SteadyTime {
  readonly #clock: Clock;
  readonly #offsetMs: number;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#offsetMs = clock.wallMs() - clock.monotonicMs();
  }

  nowMs(): number {
    return Math.round(this.#offsetMs + this.#clock.monotonicMs());
  }
}
