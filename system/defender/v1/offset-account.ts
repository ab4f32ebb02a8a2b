/** What of one partition is done: the offset that may be committed is the first one that is not, however later ones fare. */
export class OffsetAccount {
  #next: number;
  #committed: number;
  readonly #doneAhead = new Set<number>();

  /** `offset` is the next to read. */
  constructor(offset: number) {
    this.#next = offset;
    this.#committed = offset;
  }

  done(offset: number): void {
    if (offset < this.#next) return;
    this.#doneAhead.add(offset);
    while (this.#doneAhead.delete(this.#next)) this.#next++;
  }

  /** Undefined where nothing is new since the last commit. */
  get due(): number | undefined {
    return this.#next > this.#committed ? this.#next : undefined;
  }

  committed(offset: number): void {
    this.#committed = Math.max(this.#committed, offset);
  }
}
