import type { StoredMessage } from './stored-message.ts';

const leastCapacity = 16;

/**
 * Messages by sequence: an open table in which consecutive sequences lie side by side. A `Map` would do, but for streams
 * that live long: see `PlacedSet`.
 */
export class MessageTable {
  #messages: (StoredMessage | undefined)[] = emptyTable(leastCapacity);
  #mask = leastCapacity - 1;
  /** Messages that do not lie where the search for them begins; none, mostly, and then no search goes past its first place. */
  #displaced = 0;
  size = 0;

  get(sequence: number): StoredMessage | undefined {
    const message = this.#messages[sequence & this.#mask];
    if (message?.sequence === sequence) return message;
    if (this.#displaced === 0) return undefined;
    const displaced = this.#messages[this.#placeOf(sequence)];
    return displaced?.sequence === sequence ? displaced : undefined;
  }

  add(message: StoredMessage): void {
    if (this.size * 2 >= this.#messages.length) this.#resize(this.#messages.length * 2);
    this.#put(message);
  }

  /** False where there is none of that sequence. */
  delete(sequence: number): boolean {
    const messages = this.#messages;
    let hole = this.#placeOf(sequence);
    if (messages[hole] === undefined) return false;
    this.size--;
    if (this.#displaced === 0) {
      messages[hole] = undefined;
      return true;
    }
    if (hole !== (sequence & this.#mask)) this.#displaced--;
    // What lies behind in the same run moves up, unless that would put it before the place where its search begins.
    for (let place = (hole + 1) & this.#mask; ; place = (place + 1) & this.#mask) {
      const message = messages[place];
      if (message === undefined) break;
      const wanted = message.sequence & this.#mask;
      if (((place - wanted) & this.#mask) < ((place - hole) & this.#mask)) continue;
      if (hole === wanted) this.#displaced--;
      messages[hole] = message;
      hole = place;
    }
    messages[hole] = undefined;
    return true;
  }

  clear(): void {
    this.#messages = emptyTable(leastCapacity);
    this.#mask = leastCapacity - 1;
    this.#displaced = 0;
    this.size = 0;
  }

  #put(message: StoredMessage): void {
    const place = this.#placeOf(message.sequence);
    if (this.#messages[place] === undefined) {
      this.size++;
      if (place !== (message.sequence & this.#mask)) this.#displaced++;
    }
    this.#messages[place] = message;
  }

  /** Where the sequence is, or where the search for it ends. */
  #placeOf(sequence: number): number {
    let place = sequence & this.#mask;
    for (;;) {
      const message = this.#messages[place];
      if (message === undefined || message.sequence === sequence) return place;
      place = (place + 1) & this.#mask;
    }
  }

  #resize(capacity: number): void {
    const messages = this.#messages;
    this.#messages = emptyTable(capacity);
    this.#mask = capacity - 1;
    this.#displaced = 0;
    this.size = 0;
    for (const message of messages) if (message !== undefined) this.#put(message);
  }
}

function emptyTable(capacity: number): (StoredMessage | undefined)[] {
  return Array.from({ length: capacity }, () => undefined);
}
