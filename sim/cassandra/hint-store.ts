import { forEachPartition } from './mutation.ts';
import type { Mutation } from './mutation.ts';

/** A mutation kept for a replica that did not take it (cassandra-and-live 41). */
export interface Hint {
  readonly mutation: Mutation;
  readonly createdUs: number;
  /** When it was last sent; 0 before. */
  sentUs: number;
  delivered: boolean;
}

/** The hints one coordinator keeps, by target, in the order they came. */
export class HintStore {
  readonly #byTarget = new Map<number, Hint[]>();
  count = 0;

  add(target: number, mutation: Mutation, createdUs: number): void {
    let hints = this.#byTarget.get(target);
    if (hints === undefined) {
      hints = [];
      this.#byTarget.set(target, hints);
    }
    hints.push({ mutation, createdUs, sentUs: 0, delivered: false });
    forEachPartition(mutation, (partition) => partition.outstanding++);
    this.count++;
  }

  /** When the oldest hint for a target was made; Infinity where there is none. */
  oldestUs(target: number): number {
    return this.#byTarget.get(target)?.find((hint) => !hint.delivered)?.createdUs ?? Infinity;
  }

  /** Those not sent since `resendUs`, up to a number of bytes. */
  due(target: number, resendUs: number, budgetBytes: number): Hint[] {
    const hints = (this.#byTarget.get(target) ?? []).filter((hint) => !hint.delivered);
    this.#byTarget.set(target, hints);
    const due: Hint[] = [];
    let bytes = 0;
    for (const hint of hints) {
      if (hint.sentUs > resendUs) continue;
      bytes += hint.mutation.bytes;
      if (bytes > budgetBytes && due.length > 0) break;
      due.push(hint);
    }
    return due;
  }

  delivered(hint: Hint): void {
    if (hint.delivered) return;
    hint.delivered = true;
    forEachPartition(hint.mutation, (partition) => partition.outstanding--);
    this.count--;
  }

  /** Forgets all hints made after `sinceUs`. */
  lose(sinceUs: number): void {
    for (const hints of this.#byTarget.values()) {
      for (const hint of hints) if (hint.createdUs > sinceUs) this.delivered(hint);
    }
  }
}
