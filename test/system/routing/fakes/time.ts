import type { Timer } from '../../../../system/ports/clock.ts';

interface Pending {
  readonly atMs: number;
  readonly sequence: number;
  readonly run: () => void;
  cancelled: boolean;
}

/** Virtual time that a test moves on by hand; between two events every continuation runs. */
export class FakeTime {
  #nowMs = 0;
  #sequence = 0;
  #pending: Pending[] = [];

  get nowMs(): number {
    return this.#nowMs;
  }

  after(durationMs: number, run: () => void): Timer {
    const atMs = this.#nowMs + Math.max(0, durationMs);
    const pending: Pending = { atMs, sequence: (this.#sequence += 1), run, cancelled: false };
    this.#pending.push(pending);
    return {
      cancel: () => {
        pending.cancelled = true;
      },
    };
  }

  async advance(durationMs: number): Promise<void> {
    const untilMs = this.#nowMs + durationMs;
    await drain();
    for (let next = this.#take(untilMs); next !== undefined; next = this.#take(untilMs)) {
      this.#nowMs = next.atMs;
      next.run();
      await drain();
    }
    this.#nowMs = untilMs;
  }

  async advanceUntil(condition: () => boolean, limitMs: number, stepMs = 1000): Promise<void> {
    const untilMs = this.#nowMs + limitMs;
    await drain();
    while (!condition()) {
      if (this.#nowMs >= untilMs) throw new Error(`condition not met within ${limitMs} ms`);
      await this.advance(stepMs);
    }
  }

  #take(untilMs: number): Pending | undefined {
    this.#pending = this.#pending.filter((entry) => !entry.cancelled);
    let best: Pending | undefined;
    for (const entry of this.#pending) {
      if (entry.atMs > untilMs) continue;
      if (best === undefined || entry.atMs < best.atMs) best = entry;
    }
    if (best !== undefined) this.#pending.splice(this.#pending.indexOf(best), 1);
    return best;
  }
}

function drain(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
