import { EventHeap } from './event-heap.ts';

/** Names one scheduled event; stays unique when its slot is used again. */
export type EventHandle = number;

type Callback = (first: unknown, second: unknown) => void;

const slotBits = 4_194_304;
const noCallback: Callback = () => undefined;

/** Microseconds in a fine bucket, fine buckets in a coarse one, coarse buckets. */
const fineUs = 16_384;
const fineBuckets = 4096;
const coarseUs = fineUs * fineBuckets;
const coarseBuckets = 4096;

/** Where an event is, if not in the bucket of a number from 0 on. */
const nowhere = -1;
const inHeap = -2;
const cancelledInHeap = -3;

/**
 * Events ordered by (time, sequence). Those of the present 16 ms are in a heap; later ones lie in unordered buckets, fine
 * ones for the present 67 s and coarse ones for what is beyond, and are ordered only when their time comes: most timers
 * are cancelled long before, which costs no more than taking them out of a list. No object is made for an event.
 */
export class EventQueue {
  readonly #heap = new EventHeap();
  /** First slot in each bucket, -1 for none: the fine ones, then the coarse ones. */
  readonly #heads = new Int32Array(fineBuckets + coarseBuckets).fill(-1);
  /** All fine buckets up to and with this one have gone into the heap; counted from time 0. */
  #fine = 0;
  #coarse = 0;
  #inFine = 0;
  #inCoarse = 0;
  #capacity = 4096;
  #times = new Float64Array(this.#capacity);
  #sequences = new Float64Array(this.#capacity);
  #places = new Int32Array(this.#capacity);
  #nexts = new Int32Array(this.#capacity);
  #previous = new Int32Array(this.#capacity);
  #generations = new Int32Array(this.#capacity);
  #freeSlots = new Int32Array(this.#capacity);
  #free = 0;
  #slots = 0;
  #callbacks: Callback[] = [];
  #firsts: unknown[] = [];
  #seconds: unknown[] = [];
  #sequence = 0;

  /** Of the event that `pop` took out last. */
  time = 0;
  sequence = 0;
  callback: Callback = noCallback;
  first: unknown;
  second: unknown;

  /** Number of events; cancelled ones count while they still lie in the heap. */
  get size(): number {
    return this.#heap.size + this.#inFine + this.#inCoarse;
  }

  push<A, B>(time: number, callback: (first: A, second: B) => void, first: A, second: B): EventHandle {
    if (this.#free === 0) this.#addSlot();
    const slot = this.#freeSlots[--this.#free] as number;
    this.#callbacks[slot] = callback as Callback;
    this.#firsts[slot] = first;
    this.#seconds[slot] = second;
    this.#times[slot] = time;
    this.#sequences[slot] = this.#sequence++;
    this.#place(slot, time);
    return (this.#generations[slot] as number) * slotBits + slot;
  }

  /** True if it was still to come. */
  cancel(handle: EventHandle): boolean {
    const slot = handle % slotBits;
    if (this.#generations[slot] !== (handle - slot) / slotBits) return false;
    const place = this.#places[slot] as number;
    if (place === inHeap) {
      this.#places[slot] = cancelledInHeap;
      this.#callbacks[slot] = noCallback;
      this.#firsts[slot] = undefined;
      this.#seconds[slot] = undefined;
      return true;
    }
    if (place < 0) return false;
    this.#unlink(slot, place);
    this.#release(slot);
    return true;
  }

  /** Time of the next event that is not cancelled; Infinity when there is none. */
  nextTime(): number {
    const heap = this.#heap;
    for (;;) {
      if (heap.size === 0) {
        if (!this.#advance()) return Infinity;
      } else if (this.#places[heap.topSlot] === cancelledInHeap) {
        this.#release(heap.topSlot);
        heap.removeTop();
      } else {
        return heap.topTime;
      }
    }
  }

  /** Takes the next event into the public fields. Call `nextTime` before: it skips what was cancelled. */
  pop(): void {
    const heap = this.#heap;
    const slot = heap.topSlot;
    this.time = heap.topTime;
    this.sequence = heap.topSequence;
    this.callback = this.#callbacks[slot] as Callback;
    this.first = this.#firsts[slot];
    this.second = this.#seconds[slot];
    heap.removeTop();
    this.#release(slot);
  }

  #place(slot: number, time: number): void {
    const fine = Math.floor(time / fineUs);
    if (fine <= this.#fine) {
      this.#places[slot] = inHeap;
      this.#heap.push(time, this.#sequences[slot] as number, slot);
      return;
    }
    const coarse = Math.floor(time / coarseUs);
    if (coarse === this.#coarse) {
      this.#inFine++;
      this.#link(slot, fine % fineBuckets);
    } else {
      this.#inCoarse++;
      // What lies beyond the last coarse bucket waits in it, and is looked at again when that is due.
      const bucket = Math.min(coarse, this.#coarse + coarseBuckets - 1) % coarseBuckets;
      this.#link(slot, fineBuckets + bucket);
    }
  }

  /** Puts the next bucket with anything in it into the heap; false where there is none. */
  #advance(): boolean {
    for (;;) {
      if (this.#inFine > 0) {
        do this.#fine++;
        while (this.#heads[this.#fine % fineBuckets] === -1);
        this.#empty(this.#fine % fineBuckets);
        return true;
      }
      if (this.#inCoarse === 0) return false;
      do this.#coarse++;
      while (this.#heads[fineBuckets + (this.#coarse % coarseBuckets)] === -1);
      this.#fine = this.#coarse * fineBuckets;
      this.#empty(fineBuckets + (this.#coarse % coarseBuckets));
      if (this.#heap.size > 0) return true;
    }
  }

  #empty(bucket: number): void {
    let slot = this.#heads[bucket] as number;
    this.#heads[bucket] = -1;
    while (slot !== -1) {
      const next = this.#nexts[slot] as number;
      if (bucket < fineBuckets) this.#inFine--;
      else this.#inCoarse--;
      this.#place(slot, this.#times[slot] as number);
      slot = next;
    }
  }

  #link(slot: number, bucket: number): void {
    const head = this.#heads[bucket] as number;
    this.#places[slot] = bucket;
    this.#nexts[slot] = head;
    this.#previous[slot] = -1;
    if (head !== -1) this.#previous[head] = slot;
    this.#heads[bucket] = slot;
  }

  #unlink(slot: number, bucket: number): void {
    if (bucket < fineBuckets) this.#inFine--;
    else this.#inCoarse--;
    const next = this.#nexts[slot] as number;
    const previous = this.#previous[slot] as number;
    if (previous === -1) this.#heads[bucket] = next;
    else this.#nexts[previous] = next;
    if (next !== -1) this.#previous[next] = previous;
  }

  #release(slot: number): void {
    this.#callbacks[slot] = noCallback;
    this.#firsts[slot] = undefined;
    this.#seconds[slot] = undefined;
    this.#places[slot] = nowhere;
    this.#generations[slot] = (this.#generations[slot] as number) + 1;
    this.#freeSlots[this.#free++] = slot;
  }

  #addSlot(): void {
    if (this.#slots === this.#capacity) this.#grow();
    this.#callbacks.push(noCallback);
    this.#firsts.push(undefined);
    this.#seconds.push(undefined);
    this.#freeSlots[this.#free++] = this.#slots++;
  }

  #grow(): void {
    this.#capacity *= 2;
    this.#times = widenedNumbers(this.#times);
    this.#sequences = widenedNumbers(this.#sequences);
    this.#places = widenedIntegers(this.#places);
    this.#nexts = widenedIntegers(this.#nexts);
    this.#previous = widenedIntegers(this.#previous);
    this.#generations = widenedIntegers(this.#generations);
    this.#freeSlots = widenedIntegers(this.#freeSlots);
  }
}

function widenedNumbers(array: Float64Array): Float64Array<ArrayBuffer> {
  const wider = new Float64Array(array.length * 2);
  wider.set(array);
  return wider;
}

function widenedIntegers(array: Int32Array): Int32Array<ArrayBuffer> {
  const wider = new Int32Array(array.length * 2);
  wider.set(array);
  return wider;
}
