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

/** Columns of a slot's links. */
const place = 0;
const next = 1;
const previous = 2;
const generation = 3;

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
  /** By slot: time and sequence. */
  #order = new Float64Array(2 * this.#capacity);
  /** By slot: place, next and previous in the bucket (or next free slot), generation. */
  #links = new Int32Array(4 * this.#capacity);
  /** By slot: callback and its two values. */
  readonly #calls: unknown[] = [];
  #freeSlot = -1;
  #slots = 0;
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
    const slot = this.#freeSlot === -1 ? this.#addSlot() : this.#freeSlot;
    const links = this.#links;
    this.#freeSlot = links[slot * 4 + next] as number;
    this.#calls[slot * 3] = callback;
    this.#calls[slot * 3 + 1] = first;
    this.#calls[slot * 3 + 2] = second;
    const sequence = this.#sequence++;
    this.#order[slot * 2] = time;
    this.#order[slot * 2 + 1] = sequence;
    this.#place(slot, time, sequence);
    return (links[slot * 4 + generation] as number) * slotBits + slot;
  }

  /** True if it was still to come. */
  cancel(handle: EventHandle): boolean {
    const slot = handle % slotBits;
    const links = this.#links;
    if (links[slot * 4 + generation] !== (handle - slot) / slotBits) return false;
    const at = links[slot * 4 + place] as number;
    if (at === inHeap) {
      links[slot * 4 + place] = cancelledInHeap;
      this.#forget(slot);
      return true;
    }
    if (at < 0) return false;
    this.#unlink(slot, at);
    this.#release(slot);
    return true;
  }

  /** Time of the next event that is not cancelled; Infinity when there is none. */
  nextTime(): number {
    const heap = this.#heap;
    for (;;) {
      if (heap.size === 0) {
        if (!this.#advance()) return Infinity;
        continue;
      }
      const slot = heap.topSlot;
      if (this.#links[slot * 4 + place] !== cancelledInHeap) return heap.topTime;
      this.#release(slot);
      heap.removeTop();
    }
  }

  /** Takes the next event into the public fields. Call `nextTime` before: it skips what was cancelled. */
  pop(): void {
    const heap = this.#heap;
    const slot = heap.topSlot;
    this.time = heap.topTime;
    this.sequence = heap.topSequence;
    this.callback = this.#calls[slot * 3] as Callback;
    this.first = this.#calls[slot * 3 + 1];
    this.second = this.#calls[slot * 3 + 2];
    heap.removeTop();
    this.#release(slot);
  }

  #place(slot: number, time: number, sequence: number): void {
    const fine = Math.floor(time / fineUs);
    if (fine <= this.#fine) {
      this.#links[slot * 4 + place] = inHeap;
      this.#heap.push(time, sequence, slot);
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
      const following = this.#links[slot * 4 + next] as number;
      if (bucket < fineBuckets) this.#inFine--;
      else this.#inCoarse--;
      this.#place(slot, this.#order[slot * 2] as number, this.#order[slot * 2 + 1] as number);
      slot = following;
    }
  }

  #link(slot: number, bucket: number): void {
    const links = this.#links;
    const head = this.#heads[bucket] as number;
    links[slot * 4 + place] = bucket;
    links[slot * 4 + next] = head;
    links[slot * 4 + previous] = -1;
    if (head !== -1) links[head * 4 + previous] = slot;
    this.#heads[bucket] = slot;
  }

  #unlink(slot: number, bucket: number): void {
    if (bucket < fineBuckets) this.#inFine--;
    else this.#inCoarse--;
    const links = this.#links;
    const after = links[slot * 4 + next] as number;
    const before = links[slot * 4 + previous] as number;
    if (before === -1) this.#heads[bucket] = after;
    else links[before * 4 + next] = after;
    if (after !== -1) links[after * 4 + previous] = before;
  }

  #forget(slot: number): void {
    this.#calls[slot * 3] = undefined;
    this.#calls[slot * 3 + 1] = undefined;
    this.#calls[slot * 3 + 2] = undefined;
  }

  #release(slot: number): void {
    this.#forget(slot);
    const links = this.#links;
    links[slot * 4 + place] = nowhere;
    links[slot * 4 + generation] = (links[slot * 4 + generation] as number) + 1;
    links[slot * 4 + next] = this.#freeSlot;
    this.#freeSlot = slot;
  }

  #addSlot(): number {
    if (this.#slots === this.#capacity) this.#grow();
    const slot = this.#slots++;
    this.#calls.push(undefined, undefined, undefined);
    this.#links[slot * 4 + place] = nowhere;
    this.#links[slot * 4 + next] = -1;
    return slot;
  }

  #grow(): void {
    this.#capacity *= 2;
    const order = new Float64Array(2 * this.#capacity);
    order.set(this.#order);
    this.#order = order;
    const links = new Int32Array(4 * this.#capacity);
    links.set(this.#links);
    this.#links = links;
  }
}
