import type { Clock, Timer } from '../../../../system/ports/clock.ts';

interface Entry {
  readonly atMs: number;
  readonly order: number;
  readonly callback: () => void;
}

const startWallMs = Date.UTC(2026, 0, 5, 6);

/** Time that stands still until a test moves it. */
export class VirtualClock implements Clock {
  nowMs = 0;
  #entries: Entry[] = [];
  #order = 0;

  wallMs(): number {
    return startWallMs + this.nowMs;
  }

  wallUs(): number {
    return this.wallMs() * 1000;
  }

  monotonicMs(): number {
    return this.nowMs;
  }

  sleep(durationMs: number): Promise<void> {
    return new Promise((resolve) => {
      this.after(durationMs, resolve);
    });
  }

  after(durationMs: number, callback: () => void): Timer {
    const entry = { atMs: this.nowMs + durationMs, order: this.#order++, callback };
    this.#entries.push(entry);
    return {
      cancel: () => {
        this.#entries = this.#entries.filter((other) => other !== entry);
      },
    };
  }

  every(): Timer {
    throw new Error('the collector has no use for this');
  }

  /** Runs what is due, in order, and lets all promises settle after each timer. */
  async advance(durationMs: number): Promise<void> {
    const untilMs = this.nowMs + durationMs;
    await settled();
    for (;;) {
      const next = this.#entries
        .filter((entry) => entry.atMs <= untilMs)
        .sort((left, right) => left.atMs - right.atMs || left.order - right.order)[0];
      if (next === undefined) break;
      this.#entries = this.#entries.filter((entry) => entry !== next);
      this.nowMs = next.atMs;
      next.callback();
      await settled();
    }
    this.nowMs = untilMs;
  }
}

/** Resolves when no promise is left that could go on by itself. */
export function settled(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
