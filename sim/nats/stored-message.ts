import type { MessageHeaders } from './message-headers.ts';
import { MessageTable } from './message-table.ts';

/** A message of one replica's store, linked in the order of the stream and in that of its subject. */
export interface StoredMessage {
  readonly sequence: number;
  readonly subject: number;
  readonly payload: Uint8Array;
  readonly messageId: string;
  readonly headers: MessageHeaders | undefined;
  /** Of the stored form. */
  readonly bytes: number;
  readonly storedUs: number;
  /** By the wall clock; 0: as the stream's age limit says, −1: never. */
  readonly expiresUs: number;
  previous: StoredMessage | undefined;
  next: StoredMessage | undefined;
  previousOfSubject: StoredMessage | undefined;
  nextOfSubject: StoredMessage | undefined;
}

/** Kept when its last message goes, since the next one comes soon. */
interface SubjectEnds {
  first: StoredMessage | undefined;
  last: StoredMessage | undefined;
  count: number;
}

/** Sequences tried one by one before a gap is walked round. */
const probes = 64;

/** The messages of one replica: constant-time removal anywhere, and a walk in either order. */
export class MessageStore {
  first: StoredMessage | undefined;
  last: StoredMessage | undefined;
  readonly #bySequence = new MessageTable();
  readonly #bySubject = new Map<number, SubjectEnds>();
  /** That have messages. */
  subjectCount = 0;
  bytes = 0;
  /** Messages removed so far, but for those that all consumers are done with. */
  removals = 0;

  get size(): number {
    return this.#bySequence.size;
  }

  /** How many messages a subject has. */
  countOf(subject: number): number {
    return this.#bySubject.get(subject)?.count ?? 0;
  }

  /** Subjects that have messages. */
  *subjects(): IterableIterator<number> {
    for (const [subject, { count }] of this.#bySubject) if (count > 0) yield subject;
  }

  /** The message of that sequence, or the next one stored. */
  atOrAfter(sequence: number): StoredMessage | undefined {
    const { first, last } = this;
    if (first === undefined || last === undefined || sequence > last.sequence) return undefined;
    if (sequence <= first.sequence) return first;
    const limit = Math.min(sequence + probes, last.sequence);
    for (let at = sequence; at <= limit; at++) {
      const found = this.#bySequence.get(at);
      if (found !== undefined) return found;
    }
    let found = last;
    while (found.previous !== undefined && found.previous.sequence >= sequence) found = found.previous;
    return found;
  }

  get(sequence: number): StoredMessage | undefined {
    return this.#bySequence.get(sequence);
  }

  firstOf(subject: number): StoredMessage | undefined {
    return this.#bySubject.get(subject)?.first;
  }

  lastOf(subject: number): StoredMessage | undefined {
    return this.#bySubject.get(subject)?.last;
  }

  add(message: StoredMessage): void {
    message.previous = this.last;
    if (this.last === undefined) this.first = message;
    else this.last.next = message;
    this.last = message;
    const ends = this.#endsOf(message.subject);
    if (ends.last === undefined) {
      ends.first = message;
      this.subjectCount++;
    } else {
      message.previousOfSubject = ends.last;
      ends.last.nextOfSubject = message;
    }
    ends.last = message;
    ends.count++;
    this.bytes += message.bytes;
    this.#bySequence.add(message);
  }

  remove(message: StoredMessage, isRelease = false): void {
    if (!this.#bySequence.delete(message.sequence)) return;
    this.bytes -= message.bytes;
    if (!isRelease) this.removals++;
    const { previous, next, previousOfSubject, nextOfSubject } = message;
    if (previous === undefined) this.first = next;
    else previous.next = next;
    if (next === undefined) this.last = previous;
    else next.previous = previous;
    if (previousOfSubject !== undefined) previousOfSubject.nextOfSubject = nextOfSubject;
    if (nextOfSubject !== undefined) nextOfSubject.previousOfSubject = previousOfSubject;
    // A removed message that the collector has once spared would else keep its successors alive, and they theirs.
    message.previous = undefined;
    message.next = undefined;
    message.previousOfSubject = undefined;
    message.nextOfSubject = undefined;
    const ends = this.#endsOf(message.subject);
    if (--ends.count === 0) this.subjectCount--;
    if (ends.first === message) ends.first = nextOfSubject;
    if (ends.last === message) ends.last = previousOfSubject;
  }

  clear(): void {
    this.first = undefined;
    this.last = undefined;
    this.bytes = 0;
    this.removals += this.size;
    this.subjectCount = 0;
    this.#bySequence.clear();
    this.#bySubject.clear();
  }

  #endsOf(subject: number): SubjectEnds {
    let ends = this.#bySubject.get(subject);
    if (ends === undefined) {
      ends = { first: undefined, last: undefined, count: 0 };
      this.#bySubject.set(subject, ends);
    }
    return ends;
  }

  /** In the order of the stream; the walk survives removal of the message it stands on. */
  *[Symbol.iterator](): IterableIterator<StoredMessage> {
    let message = this.first;
    while (message !== undefined) {
      const next: StoredMessage | undefined = message.next;
      yield message;
      message = next;
    }
  }
}
