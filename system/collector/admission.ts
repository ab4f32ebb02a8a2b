/** Bounds what a collector works on at one time, in calls and in bytes: what is beyond is refused, never queued. */
export class Admission {
  readonly #maxCalls: number;
  readonly #maxBytes: number;
  #calls = 0;
  #bytes = 0;

  constructor(maxCalls: number, maxBytes: number) {
    this.#maxCalls = maxCalls;
    this.#maxBytes = maxBytes;
  }

  /** False: refuse the call. A call larger than all the bytes is let in when it is alone, or it never would be. */
  enter(bytes: number): boolean {
    if (this.#calls >= this.#maxCalls) return false;
    if (this.#calls > 0 && this.#bytes + bytes > this.#maxBytes) return false;
    this.#calls++;
    this.#bytes += bytes;
    return true;
  }

  leave(bytes: number): void {
    this.#calls--;
    this.#bytes -= bytes;
  }
}
