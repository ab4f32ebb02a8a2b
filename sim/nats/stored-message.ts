/** A message of one replica's store, linked in the order of the stream and in that of its subject. */
export interface StoredMessage {
  readonly sequence: number;
  readonly subject: number;
  readonly payload: Uint8Array;
  readonly messageId: string;
  readonly storedUs: number;
  readonly deletes: boolean;
  previous: StoredMessage | undefined;
  next: StoredMessage | undefined;
  previousOfSubject: StoredMessage | undefined;
  nextOfSubject: StoredMessage | undefined;
}

interface SubjectEnds {
  first: StoredMessage;
  last: StoredMessage;
}

/** The messages of one replica: constant-time removal anywhere, and a walk in either order. */
export class MessageStore {
  first: StoredMessage | undefined;
  last: StoredMessage | undefined;
  readonly #bySequence = new Map<number, StoredMessage>();
  readonly #bySubject = new Map<number, SubjectEnds>();

  get size(): number {
    return this.#bySequence.size;
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
    const ends = this.#bySubject.get(message.subject);
    if (ends === undefined) {
      this.#bySubject.set(message.subject, { first: message, last: message });
    } else {
      message.previousOfSubject = ends.last;
      ends.last.nextOfSubject = message;
      ends.last = message;
    }
    this.#bySequence.set(message.sequence, message);
  }

  remove(message: StoredMessage): void {
    if (!this.#bySequence.delete(message.sequence)) return;
    const { previous, next, previousOfSubject, nextOfSubject } = message;
    if (previous === undefined) this.first = next;
    else previous.next = next;
    if (next === undefined) this.last = previous;
    else next.previous = previous;
    if (previousOfSubject !== undefined) previousOfSubject.nextOfSubject = nextOfSubject;
    if (nextOfSubject !== undefined) nextOfSubject.previousOfSubject = previousOfSubject;
    const ends = this.#bySubject.get(message.subject);
    if (ends === undefined) return;
    if (previousOfSubject === undefined && nextOfSubject === undefined) {
      this.#bySubject.delete(message.subject);
    } else {
      if (previousOfSubject === undefined && nextOfSubject !== undefined) ends.first = nextOfSubject;
      if (nextOfSubject === undefined && previousOfSubject !== undefined) ends.last = previousOfSubject;
    }
  }

  clear(): void {
    this.first = undefined;
    this.last = undefined;
    this.#bySequence.clear();
    this.#bySubject.clear();
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
