import { forEachPartition } from './mutation.ts';
import type { Mutation } from './mutation.ts';

/** A logged batch that its coordinator has not called complete (cassandra-and-live 14). */
export interface LoggedBatch {
  readonly id: string;
  readonly mutations: readonly Mutation[];
  readonly createdUs: number;
}

/** The logged batches one node keeps for their coordinators. */
export class BatchLog {
  readonly #batches = new Map<string, LoggedBatch>();

  get count(): number {
    return this.#batches.size;
  }

  add(batch: LoggedBatch): void {
    if (this.#batches.has(batch.id)) return;
    this.#batches.set(batch.id, batch);
    hold(batch, 1);
  }

  remove(id: string): void {
    const batch = this.#batches.get(id);
    if (batch === undefined) return;
    this.#batches.delete(id);
    hold(batch, -1);
  }

  /** Those made at or before a moment, in the order they came. */
  olderThan(untilUs: number): readonly LoggedBatch[] {
    return Array.from(this.#batches.values()).filter((batch) => batch.createdUs <= untilUs);
  }

  /** Forgets all that were made after `sinceUs`. */
  lose(sinceUs: number): void {
    for (const batch of Array.from(this.#batches.values()))
      if (batch.createdUs > sinceUs) this.remove(batch.id);
  }
}

function hold(batch: LoggedBatch, by: number): void {
  for (const mutation of batch.mutations) {
    forEachPartition(mutation, (partition) => (partition.outstanding += by));
  }
}
