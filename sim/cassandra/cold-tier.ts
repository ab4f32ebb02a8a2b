import type { Partition } from './partition.ts';
import type { RingCore } from './ring-core.ts';

interface Due {
  readonly partition: Partition;
  readonly dueUs: number;
}

/** What the cold tier took out of memory. */
export interface ColdTotals {
  partitions: number;
  rows: number;
  bytes: number;
}

/**
 * Takes out of memory what nobody should read any more. Each partition waits in its table's queue, so that a sweep
 * looks only at those that are due.
 */
export class ColdTier {
  readonly totals: ColdTotals = { partitions: 0, rows: 0, bytes: 0 };
  readonly #core: RingCore;
  readonly #queues = new Map<string, Due[]>();

  constructor(core: RingCore) {
    this.#core = core;
    core.kernel.after(core.options.coldSweepUs, ColdTier.#sweep, this, undefined);
  }

  watch(partition: Partition): void {
    const { name } = partition.store.schema.table;
    const policy = this.#core.options.cold[name];
    if (policy === undefined) return;
    this.#push(name, partition, this.#core.kernel.nowUs + this.#waitUs(name));
  }

  #waitUs(tableName: string): number {
    const policy = this.#core.options.cold[tableName];
    return policy?.kind === 'idle' ? policy.afterUs : this.#core.options.coldSweepUs * 12;
  }

  #push(tableName: string, partition: Partition, dueUs: number): void {
    const queue = this.#queues.get(tableName);
    if (queue === undefined) this.#queues.set(tableName, [{ partition, dueUs }]);
    else queue.push({ partition, dueUs });
  }

  static #sweep(tier: ColdTier): void {
    const nowUs = tier.#core.kernel.nowUs;
    for (const [name, queue] of tier.#queues) {
      let taken = 0;
      while (taken < queue.length && (queue[taken] as Due).dueUs <= nowUs) taken++;
      for (const { partition } of queue.splice(0, taken)) tier.#examine(name, partition);
    }
    tier.#core.kernel.after(tier.#core.options.coldSweepUs, ColdTier.#sweep, tier, undefined);
  }

  #examine(name: string, partition: Partition): void {
    const nowUs = this.#core.kernel.nowUs;
    const policy = this.#core.options.cold[name];
    if (policy === undefined) return;
    const state = partition.settled ? partition.agreed : undefined;
    switch (policy.kind) {
      case 'idle': {
        const idleAtUs = partition.lastWriteUs + policy.afterUs;
        if (state === undefined || idleAtUs > nowUs) {
          // What is not settled is looked at again before long; the queue stays nearly in order of time.
          this.#push(name, partition, Math.max(idleAtUs, nowUs + this.#core.options.coldSweepUs));
          return;
        }
        const hadRows = state.rows.length > 0 || partition.cold !== undefined;
        this.#count(partition, state.rows.length);
        partition.store.drop(partition, hadRows);
        if (hadRows) this.totals.partitions++;
        return;
      }
      case 'beyond-newest':
        if (state !== undefined) this.#count(partition, state.rows.length - policy.rows);
        this.#push(name, partition, nowUs + this.#waitUs(name));
        return;
    }
  }

  #count(partition: Partition, rows: number): void {
    const dropped = partition.dropOldest(rows);
    this.totals.rows += dropped.rows;
    this.totals.bytes += dropped.bytes;
  }
}
