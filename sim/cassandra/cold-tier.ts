import { epochUs } from '../kernel/index.ts';
import type { ColdRange, Partition } from './partition.ts';
import type { RingCore } from './ring-core.ts';
import type { ColdPolicy } from './settings.ts';
import { PlainRow } from './stored-row.ts';
import type { StoredRow } from './stored-row.ts';

/** What the cold tier took out of memory. */
export interface ColdTotals {
  partitions: number;
  rows: number;
  bytes: number;
}

/** One for all, since a day drops a hundred thousand partitions. */
const allRows: ColdRange = { kind: 'all' };

const sweepsBetweenTrims = 12;
const trimPeriodUs = 1_800_000_000;
/** A partition that waits is looked at this often, so that the tier holds on to none that is gone for longer. */
const lookPeriodUs = 1_800_000_000;

/**
 * Takes out of memory what nobody should read any more. Each partition waits for the sweep at which it may be due, so
 * that a sweep looks at no other.
 */
export class ColdTier {
  readonly totals: ColdTotals = { partitions: 0, rows: 0, bytes: 0 };
  readonly #core: RingCore;
  /** Partitions to look at, by the number of the sweep. */
  readonly #bySweep = new Map<number, Partition[]>();
  #sweeps = 0;

  constructor(core: RingCore) {
    this.#core = core;
    core.kernel.after(core.options.coldSweepUs, ColdTier.#sweep, this, undefined);
  }

  watch(partition: Partition): void {
    const policy = this.#policy(partition);
    if (policy !== undefined) this.#waitUntil(partition, this.#nextLookUs(policy, this.#core.kernel.nowUs));
  }

  /** Its user is done with the partition: once settled it may go after `afterUs`, whatever its policy's idle time. */
  retire(partition: Partition, afterUs: number): void {
    if (this.#policy(partition) === undefined) return;
    partition.retiredUs = this.#core.kernel.nowUs + afterUs;
    this.#waitUntil(partition, partition.retiredUs);
  }

  #policy(partition: Partition): ColdPolicy | undefined {
    return this.#core.options.cold[partition.store.schema.table.name];
  }

  #nextLookUs(policy: ColdPolicy, fromUs: number): number {
    switch (policy.kind) {
      case 'idle':
      case 'older':
        return fromUs + Math.min(policy.afterUs, lookPeriodUs);
      case 'beyond-newest':
        return fromUs + sweepsBetweenTrims * this.#core.options.coldSweepUs;
    }
  }

  #waitUntil(partition: Partition, dueUs: number): void {
    const number = Math.max(this.#sweeps + 1, Math.ceil(dueUs / this.#core.options.coldSweepUs));
    const waiting = this.#bySweep.get(number);
    if (waiting === undefined) this.#bySweep.set(number, [partition]);
    else waiting.push(partition);
  }

  static #sweep(tier: ColdTier): void {
    const number = ++tier.#sweeps;
    for (const partition of tier.#bySweep.get(number) ?? []) tier.#examine(partition);
    tier.#bySweep.delete(number);
    tier.#core.kernel.after(tier.#core.options.coldSweepUs, ColdTier.#sweep, tier, undefined);
  }

  /** What is not settled is looked at again at the next sweep. */
  #examine(partition: Partition): void {
    const nowUs = this.#core.kernel.nowUs;
    const policy = this.#policy(partition);
    if (policy === undefined || partition.dropped) return;
    const state = partition.settled ? partition.agreed : undefined;
    switch (policy.kind) {
      case 'idle': {
        const idleAtUs = Math.min(partition.lastWriteUs + policy.afterUs, partition.retiredUs);
        if (state === undefined || idleAtUs > nowUs) {
          this.#waitUntil(partition, Math.min(idleAtUs, nowUs + lookPeriodUs));
          return;
        }
        this.#dropAll(partition, state.rows.length, () => allRows);
        return;
      }
      case 'older': {
        const idleAtUs = partition.lastWriteUs + policy.afterUs;
        if (state !== undefined && idleAtUs <= nowUs) {
          // Rows are written in the order of their keys: what comes later can be read.
          this.#dropAll(partition, state.rows.length, () => partition.cold);
          return;
        }
        if (state !== undefined)
          this.#drop(partition, countOlder(state.rows, epochUs + nowUs - policy.afterUs));
        this.#waitUntil(partition, Math.min(idleAtUs, nowUs + trimPeriodUs));
        return;
      }
      case 'beyond-newest':
        if (state !== undefined) this.#drop(partition, state.rows.length - policy.rows);
        this.#waitUntil(partition, this.#nextLookUs(policy, nowUs));
        return;
    }
  }

  #dropAll(partition: Partition, rows: number, coldRange: () => ColdRange | undefined): void {
    const hadRows = rows > 0 || partition.cold !== undefined;
    this.#drop(partition, rows);
    partition.dropped = true;
    partition.store.drop(partition, hadRows ? coldRange() : undefined);
    if (hadRows) this.totals.partitions++;
  }

  #drop(partition: Partition, rows: number): void {
    const dropped = partition.dropOldest(rows);
    this.totals.rows += dropped.rows;
    this.totals.bytes += dropped.bytes;
  }
}

/** How many rows from the first on were written before a moment, all of them by plain inserts. */
function countOlder(rows: readonly StoredRow[], beforeUs: number): number {
  const kept = rows.findIndex((row) => !(row instanceof PlainRow) || row.timestampUs >= beforeUs);
  return kept < 0 ? rows.length : kept;
}
