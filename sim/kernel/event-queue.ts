/** Names one scheduled event; stays unique when its slot is used again. */
export type EventHandle = number;

type Callback = (first: unknown, second: unknown) => void;

const slotBits = 4_194_304;
const noCallback: Callback = () => undefined;

/**
 * Events ordered by (time, sequence). A heap of four children a node over flat arrays: the keys lie beside each other
 * and no object is made for an event. Cancelled events are left in the heap and skipped.
 */
export class EventQueue {
  #capacity = 4096;
  #size = 0;
  #heapTime = new Float64Array(this.#capacity);
  #heapSequence = new Float64Array(this.#capacity);
  #heapSlot = new Int32Array(this.#capacity);
  #callbacks: Callback[] = [];
  #firsts: unknown[] = [];
  #seconds: unknown[] = [];
  #cancelled: boolean[] = [];
  #generations: number[] = [];
  #freeSlots: number[] = [];
  #sequence = 0;

  /** Of the event that `pop` took out last. */
  time = 0;
  sequence = 0;
  callback: Callback = noCallback;
  first: unknown;
  second: unknown;

  /** Number of events, the cancelled ones that were not yet skipped included. */
  get size(): number {
    return this.#size;
  }

  push<A, B>(time: number, callback: (first: A, second: B) => void, first: A, second: B): EventHandle {
    let slot = this.#freeSlots.pop();
    if (slot === undefined) {
      slot = this.#callbacks.length;
      this.#generations.push(0);
    }
    this.#callbacks[slot] = callback as Callback;
    this.#firsts[slot] = first;
    this.#seconds[slot] = second;
    this.#cancelled[slot] = false;
    if (this.#size === this.#capacity) this.#grow();
    this.#siftUp(this.#size++, time, this.#sequence++, slot);
    return (this.#generations[slot] as number) * slotBits + slot;
  }

  /** True if it was still to come. */
  cancel(handle: EventHandle): boolean {
    const slot = handle % slotBits;
    if (this.#generations[slot] !== (handle - slot) / slotBits || this.#cancelled[slot] === true)
      return false;
    this.#cancelled[slot] = true;
    this.#callbacks[slot] = noCallback;
    this.#firsts[slot] = undefined;
    this.#seconds[slot] = undefined;
    return true;
  }

  /** Time of the next event that is not cancelled; Infinity when there is none. */
  nextTime(): number {
    while (this.#size > 0 && this.#cancelled[this.#heapSlot[0] as number] === true) this.#removeTop();
    return this.#size === 0 ? Infinity : (this.#heapTime[0] as number);
  }

  /** Takes the next event into the public fields. Call `nextTime` before: it skips what was cancelled. */
  pop(): void {
    const slot = this.#heapSlot[0] as number;
    this.time = this.#heapTime[0] as number;
    this.sequence = this.#heapSequence[0] as number;
    this.callback = this.#callbacks[slot] as Callback;
    this.first = this.#firsts[slot];
    this.second = this.#seconds[slot];
    this.#removeTop();
  }

  #removeTop(): void {
    const slot = this.#heapSlot[0] as number;
    this.#callbacks[slot] = noCallback;
    this.#firsts[slot] = undefined;
    this.#seconds[slot] = undefined;
    this.#cancelled[slot] = true;
    this.#generations[slot] = (this.#generations[slot] as number) + 1;
    this.#freeSlots.push(slot);
    const last = --this.#size;
    if (last > 0) {
      this.#siftDown(
        this.#heapTime[last] as number,
        this.#heapSequence[last] as number,
        this.#heapSlot[last] as number,
      );
    }
  }

  #siftUp(start: number, time: number, sequence: number, slot: number): void {
    const times = this.#heapTime;
    const sequences = this.#heapSequence;
    const slots = this.#heapSlot;
    let index = start;
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

  #siftDown(time: number, sequence: number, slot: number): void {
    const times = this.#heapTime;
    const sequences = this.#heapSequence;
    const slots = this.#heapSlot;
    const size = this.#size;
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
    slots[index] = slot;
  }

  #grow(): void {
    this.#capacity *= 2;
    const times = new Float64Array(this.#capacity);
    times.set(this.#heapTime);
    this.#heapTime = times;
    const sequences = new Float64Array(this.#capacity);
    sequences.set(this.#heapSequence);
    this.#heapSequence = sequences;
    const slots = new Int32Array(this.#capacity);
    slots.set(this.#heapSlot);
    this.#heapSlot = slots;
  }
}
