import type { MessageStore, StoredMessage } from './stored-message.ts';

interface Tally {
  messages: number;
  first: number;
  last: number;
}

/**
 * What a store of 2.9 knows of its subjects (seen on 2.9.10). Its last message of a subject stays the last when it is
 * gone. In memory a purge by sequence does not tell it, so that it counts messages which are gone, and a limit of
 * messages a subject takes them for there.
 */
export class SubjectTally {
  readonly #tallies = new Map<number, Tally>();
  /** Of the file, with what was removed and lies there still. */
  #fileBytes = 0;

  get subjectCount(): number {
    return this.#tallies.size;
  }

  countOf(subject: number): number {
    return this.#tallies.get(subject)?.messages ?? 0;
  }

  /** Sequence that it takes for the first of a subject; 0: none. */
  firstOf(subject: number): number {
    return this.#tallies.get(subject)?.first ?? 0;
  }

  /** Sequence that it takes for the last of a subject; 0: none. */
  lastOf(subject: number): number {
    return this.#tallies.get(subject)?.last ?? 0;
  }

  stored({ subject, sequence, bytes }: StoredMessage): void {
    this.#fileBytes += bytes;
    const tally = this.#tallies.get(subject);
    if (tally === undefined) this.#tallies.set(subject, { messages: 1, first: sequence, last: sequence });
    else {
      tally.messages++;
      tally.last = sequence;
    }
  }

  /** Before it is taken out of the order of its subject. */
  removed({ subject, sequence, nextOfSubject }: StoredMessage): void {
    const tally = this.#tallies.get(subject);
    if (tally === undefined) return;
    if (tally.messages === 1) {
      this.#tallies.delete(subject);
      return;
    }
    tally.messages--;
    if (sequence !== tally.first) return;
    if (tally.messages === 1) tally.first = tally.last;
    else if (nextOfSubject !== undefined) tally.first = nextOfSubject.sequence;
  }

  clear(): void {
    this.#tallies.clear();
    this.#fileBytes = 0;
  }

  /** A purge by sequence writes a file anew that is less than half full, and then counts what is there. */
  compacted(messages: MessageStore): void {
    if (messages.bytes * 2 >= this.#fileBytes) return;
    this.clear();
    for (const message of messages) this.stored(message);
  }

  clone(): SubjectTally {
    const copy = new SubjectTally();
    copy.#fileBytes = this.#fileBytes;
    for (const [subject, tally] of this.#tallies) copy.#tallies.set(subject, { ...tally });
    return copy;
  }
}
