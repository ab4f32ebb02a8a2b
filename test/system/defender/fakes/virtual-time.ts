import type { Timer } from '../../../../system/ports/clock.ts';

interface Scheduled {
  readonly atMs: number;
  readonly order: number;
  readonly callback: () => void;
}

/** Virtual milliseconds that pass only when a test says so; after each event every promise is carried on. */
export class VirtualTime {
  #nowMs = 0;
  #order = 0;
  #queue: Scheduled[] = [];

  get nowMs(): number {
    return this.#nowMs;
  }

  schedule(delayMs: number, callback: () => void): Timer {
    const scheduled = { atMs: this.#nowMs + Math.max(0, delayMs), order: this.#order++, callback };
    // Latest first, and of one instant the last scheduled first, so that the next event is taken from the end.
    let low = 0;
    let high = this.#queue.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#queue[middle]?.atMs ?? 0) > scheduled.atMs) low = middle + 1;
      else high = middle;
    }
    this.#queue.splice(low, 0, scheduled);
    return {
      cancel: () => {
        const at = this.#queue.indexOf(scheduled);
        if (at >= 0) this.#queue.splice(at, 1);
      },
    };
  }

  async advance(durationMs: number): Promise<void> {
    const untilMs = this.#nowMs + durationMs;
    await settle();
    for (;;) {
      const next = this.#queue.at(-1);
      if (next === undefined || next.atMs > untilMs) break;
      this.#queue.pop();
      this.#nowMs = next.atMs;
      next.callback();
      await settle();
    }
    this.#nowMs = untilMs;
  }
}

function settle(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
