import type { Kernel } from './kernel.ts';

/** Wall time at the start of a simulation: 2026-01-05T06:00:00Z, a Monday, in microseconds since the epoch. */
export const epochUs = Date.UTC(2026, 0, 5, 6) * 1000;

/** The clock of one machine: offset, drift, steps and freezes of its wall time (DESIGN, determinism 6). */
export class HostClock {
  readonly #kernel: Kernel;
  #baseWallUs: number;
  #baseTrueUs = 0;
  #driftPpm = 0;
  #frozen = false;

  constructor(kernel: Kernel, offsetUs = 0) {
    this.#kernel = kernel;
    this.#baseTrueUs = kernel.nowUs;
    this.#baseWallUs = epochUs + kernel.nowUs + Math.round(offsetUs);
  }

  wallUs(): number {
    if (this.#frozen) return this.#baseWallUs;
    const elapsedUs = this.#kernel.nowUs - this.#baseTrueUs;
    return this.#baseWallUs + elapsedUs + Math.round((elapsedUs * this.#driftPpm) / 1e6);
  }

  /** Jumps by `deltaUs`, forwards or back. */
  step(deltaUs: number): void {
    this.#rebase(this.wallUs() + Math.round(deltaUs));
  }

  /** Parts per million by which wall and monotonic time run fast (positive) or slow. */
  drift(ppm: number): void {
    this.#rebase(this.wallUs());
    this.#driftPpm = ppm;
  }

  /** Wall time stands still until `thaw`; monotonic time goes on. */
  freeze(): void {
    this.#rebase(this.wallUs());
    this.#frozen = true;
  }

  thaw(): void {
    this.#baseTrueUs = this.#kernel.nowUs;
    this.#frozen = false;
  }

  get driftPpm(): number {
    return this.#driftPpm;
  }

  #rebase(wallUs: number): void {
    this.#baseWallUs = wallUs;
    this.#baseTrueUs = this.#kernel.nowUs;
  }
}
