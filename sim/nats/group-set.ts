/** Raft groups by number, in the order of joining: asked for each request, so a byte is looked up, not a name. */
export class GroupSet implements Iterable<number> {
  readonly #members = new Set<number>();
  /** By number: 1 for a member. */
  #marks = new Uint8Array(64);

  has(group: number): boolean {
    return this.#marks[group] === 1;
  }

  add(group: number): void {
    if (group >= this.#marks.length) {
      const marks = new Uint8Array(2 * group);
      marks.set(this.#marks);
      this.#marks = marks;
    }
    this.#marks[group] = 1;
    this.#members.add(group);
  }

  delete(group: number): void {
    if (group < this.#marks.length) this.#marks[group] = 0;
    this.#members.delete(group);
  }

  clear(): void {
    this.#marks.fill(0);
    this.#members.clear();
  }

  [Symbol.iterator](): Iterator<number> {
    return this.#members[Symbol.iterator]();
  }
}
