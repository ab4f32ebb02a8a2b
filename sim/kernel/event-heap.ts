/** Numbers ordered by (time, sequence): four children a node over flat arrays, the keys beside each other. */
export class EventHeap {
  #capacity = 1024;
  #times = new Float64Array(this.#capacity);
  #sequences = new Float64Array(this.#capacity);
  #slots = new Int32Array(this.#capacity);
  size = 0;

  /** Of the first, if there is one. */
  get topTime(): number {
    return this.#times[0] as number;
  }

  get topSequence(): number {
    return this.#sequences[0] as number;
  }

  get topSlot(): number {
    return this.#slots[0] as number;
  }

  push(time: number, sequence: number, slot: number): void {
    if (this.size === this.#capacity) this.#grow();
    const times = this.#times;
    const sequences = this.#sequences;
    const slots = this.#slots;
    let index = this.size++;
    while (index > 0) {
      const parent = (index - 1) >> 2;
      const parentTime = times[parent] as number;
      if (parentTime < time || (parentTime === time && (sequences[parent] as number) < sequence)) break;
      times[index] = parentTime;
      sequences[index] = sequences[parent] as number;
      slots[index] = slots[parent] as number;
      index = parent;
    }
    times[index] = time;
    sequences[index] = sequence;
    slots[index] = slot;
  }

  removeTop(): void {
    const size = --this.size;
    if (size === 0) return;
    const times = this.#times;
    const sequences = this.#sequences;
    const slots = this.#slots;
    const time = times[size] as number;
    const sequence = sequences[size] as number;
    let index = 0;
    for (;;) {
      const firstChild = index * 4 + 1;
      if (firstChild >= size) break;
      let best = firstChild;
      let bestTime = times[firstChild] as number;
      let bestSequence = sequences[firstChild] as number;
      const end = Math.min(firstChild + 4, size);
      for (let child = firstChild + 1; child < end; child++) {
        const childTime = times[child] as number;
        if (childTime < bestTime || (childTime === bestTime && (sequences[child] as number) < bestSequence)) {
          best = child;
          bestTime = childTime;
          bestSequence = sequences[child] as number;
        }
      }
      if (time < bestTime || (time === bestTime && sequence < bestSequence)) break;
      times[index] = bestTime;
      sequences[index] = bestSequence;
      slots[index] = slots[best] as number;
      index = best;
    }
    times[index] = time;
    sequences[index] = sequence;
    slots[index] = slots[size] as number;
  }

  #grow(): void {
    this.#capacity *= 2;
    const times = new Float64Array(this.#capacity);
    times.set(this.#times);
    this.#times = times;
    const sequences = new Float64Array(this.#capacity);
    sequences.set(this.#sequences);
    this.#sequences = sequences;
    const slots = new Int32Array(this.#capacity);
    slots.set(this.#slots);
    this.#slots = slots;
  }
}
