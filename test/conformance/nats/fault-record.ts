import type { FullKeyValueEntry } from '../../../system/ports/key-value-full.ts';

/** A message as a replica holds it. */
export interface HeldMessage {
  readonly sequence: number;
  readonly subject: string;
  readonly messageId: string;
  /** Its payload as text: who wrote it. */
  readonly value: string;
}

export interface Delivery {
  readonly consumer: number;
  readonly sequence: number;
  readonly messageId: string;
  readonly count: number;
  readonly atMs: number;
}

/** The server's word that a delivery is done with, and when it came. */
export interface Settled {
  readonly consumer: number;
  readonly sequence: number;
  readonly atMs: number;
}

export interface Write {
  readonly key: string;
  /** Unlike that of any other write; empty: a deletion. */
  readonly value: string;
  /** Compared with; 0: no live value; undefined: not compared. */
  readonly expected: number | undefined;
  /** 0: no clear answer, or refused. A deletion has none. */
  readonly revision: number;
  readonly word: string;
}

export type SeenEntry = Pick<FullKeyValueEntry, 'key' | 'revision' | 'operation'> & {
  readonly value: string;
};

/** What the clients of a run under faults saw. */
export class FaultRecord {
  /** Message ids with the sequences that were acknowledged for them; a duplicate has that of the first. */
  readonly published = new Map<string, Set<number>>();
  readonly deliveries: Delivery[] = [];
  readonly settled: Settled[] = [];
  readonly writes: Write[] = [];
  readonly read: SeenEntry[] = [];
  /** By watch. */
  readonly watched: SeenEntry[][] = [];
  /** What each kind of command was answered, with how often. */
  readonly words = new Map<string, number>();
  operations = 0;

  note(kind: string, word: string): void {
    const line = `${kind}: ${word}`;
    this.words.set(line, (this.words.get(line) ?? 0) + 1);
  }

  acknowledge(messageId: string, sequence: number): void {
    const sequences = this.published.get(messageId) ?? new Set();
    sequences.add(sequence);
    this.published.set(messageId, sequences);
  }

  /** How often answers of these kinds were clear, and were not. */
  get clear(): number {
    return this.#count((word) => !isAmbiguous(word));
  }

  get ambiguous(): number {
    return this.#count(isAmbiguous);
  }

  #count(fits: (word: string) => boolean): number {
    let sum = 0;
    for (const [line, count] of this.words) if (fits(line.slice(line.indexOf(': ') + 2))) sum += count;
    return sum;
  }
}

function isAmbiguous(word: string): boolean {
  return word === 'timeout' || word === 'disconnected' || word === 'silence' || word === 'unconfirmed';
}
