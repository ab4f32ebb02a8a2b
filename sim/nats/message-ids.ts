import type { StoredMessage } from './stored-message.ts';

interface SeenId {
  readonly sequence: number;
  readonly storedUs: number;
}

/** Message ids within the duplicate window, with the sequences they were stored at (jetstream D30, D31). */
export class MessageIds {
  readonly #seen = new Map<string, SeenId>();

  /** 0: it has no sequence yet, or none any more. */
  set(id: string, sequence: number, storedUs: number): void {
    this.#seen.set(id, { sequence, storedUs });
  }

  /** As set, and as the newest of all. */
  renew(id: string, sequence: number, storedUs: number): void {
    this.#seen.delete(id);
    this.set(id, sequence, storedUs);
  }

  /** Its sequence, where it was stored less than a window ago. */
  within(windowUs: number, id: string, wallUs: number): number | undefined {
    const seen = this.#seen.get(id);
    return seen === undefined || wallUs - seen.storedUs >= windowUs ? undefined : seen.sequence;
  }

  /** Only what is still stored is known. */
  rebuild(messages: Iterable<StoredMessage>): void {
    this.#seen.clear();
    for (const { messageId, sequence, storedUs } of messages) {
      if (messageId !== '') this.set(messageId, sequence, storedUs);
    }
  }

  /** Forgets those that are older than a window. */
  expire(windowUs: number, wallUs: number): void {
    for (const [id, seen] of this.#seen) {
      if (wallUs - seen.storedUs < windowUs) return;
      this.#seen.delete(id);
    }
  }

  copyTo(other: MessageIds): void {
    for (const [id, seen] of this.#seen) other.#seen.set(id, seen);
  }
}
