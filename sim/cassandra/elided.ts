/** An operation whose outcome was computed at once; it can be brought back to messages at any moment. */
export interface Elided {
  /** Place in the ring's list; kept by the list. */
  index: number;
  /** When it joined the list, as a count; kept by the list. */
  order: number;
  /** Goes on as the messages and timers that would be under way now. */
  materialise(): void;
}

/** All operations of a ring that were computed at once and are under way. */
export class ElidedList {
  /** Longer than the list: an array that is popped and pushed again gets a new table each time. */
  readonly #items: (Elided | undefined)[] = [];
  #size = 0;
  #joined = 0;

  add(elided: Elided): void {
    elided.index = this.#size;
    elided.order = this.#joined++;
    this.#items[this.#size++] = elided;
  }

  remove(elided: Elided): void {
    const last = this.#items[--this.#size];
    this.#items[this.#size] = undefined;
    if (last === undefined || last === elided) return;
    this.#items[elided.index] = last;
    last.index = elided.index;
  }

  /** Brings all back, in the order in which they began: events at one moment then come as they would have. */
  materialise(): void {
    const underWay = this.#items.slice(0, this.#size) as Elided[];
    for (const elided of underWay.sort((left, right) => left.order - right.order)) elided.materialise();
  }
}

/** Takes one element out of a short list. */
export function removeFrom<T>(list: T[], element: T): void {
  const index = list.indexOf(element);
  if (index >= 0) list.splice(index, 1);
}
