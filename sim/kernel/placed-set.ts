/** An object that can be in one `PlacedSet` at a time. */
export interface Placed {
  /** Only for the set; −1 outside. */
  place: number;
}

/**
 * A set for what comes and goes all the time; in no particular order, the same in every run. A `Set` that lives long
 * makes a new table every few changes, and whatever an old table held is kept until the next full collection.
 */
export class PlacedSet<T extends Placed> {
  /** Longer than the set: an array that is popped and pushed again gets a new table each time. */
  readonly #items: (T | undefined)[] = [];
  #size = 0;

  get size(): number {
    return this.#size;
  }

  add(item: T): void {
    if (item.place >= 0) return;
    item.place = this.#size;
    this.#items[this.#size++] = item;
  }

  /** The last item takes its place. */
  delete(item: T): void {
    if (item.place < 0) return;
    const last = this.#items[--this.#size];
    this.#items[this.#size] = undefined;
    if (last !== undefined && last !== item) {
      last.place = item.place;
      this.#items[item.place] = last;
    }
    item.place = -1;
  }

  /** All that are in it now, whatever becomes of the set. */
  toArray(): T[] {
    return this.#items.slice(0, this.#size) as T[];
  }
}
