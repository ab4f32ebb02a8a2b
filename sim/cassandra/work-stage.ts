/** Which of a server's thread pools does a piece of work. */
export type StageName = 'mutation' | 'read';

interface Waiting {
  readonly expiresUs: number;
  readonly begin: () => void;
}

/**
 * A thread pool of one server process: so many pieces of work at a time, the rest wait in order; what is too old when
 * its turn comes is dropped unanswered (`concurrent_reads`, `concurrent_writes`; dropped messages).
 */
export class WorkStage {
  readonly #width: number;
  readonly #waiting: Waiting[] = [];
  #active = 0;

  constructor(width: number) {
    this.#width = width;
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  /** Begins now, or when one before it is done. */
  enter(expiresUs: number, begin: () => void): void {
    if (this.#active < this.#width) {
      this.#active++;
      begin();
    } else {
      this.#waiting.push({ expiresUs, begin });
    }
  }

  /** For work that was under way before anyone looked. */
  enterAnyway(): void {
    this.#active++;
  }

  /** One piece is done; the next begins. Returns how many were dropped as too old. */
  leave(nowUs: number): number {
    this.#active--;
    let dropped = 0;
    while (this.#active < this.#width) {
      const next = this.#waiting.shift();
      if (next === undefined) break;
      if (nowUs > next.expiresUs) {
        dropped++;
        continue;
      }
      this.#active++;
      next.begin();
    }
    return dropped;
  }
}
