import type { LogEntry } from './operations.ts';
import { firstSyncUs } from './timing.ts';

/** One replica's log on its disk: what is written, when it was written, and where it begins after compaction. */
export class RaftLog {
  baseIndex = 0;
  baseTerm = 0;
  #entries: LogEntry[] = [];
  #writtenUs: number[] = [];
  #firstSyncUs = 0;
  /** 0: with every write. */
  readonly #syncUs: number;

  constructor(syncUs: number) {
    this.#syncUs = syncUs;
  }

  get lastIndex(): number {
    return this.baseIndex + this.#entries.length;
  }

  get lastTerm(): number {
    return this.#entries.at(-1)?.term ?? this.baseTerm;
  }

  get length(): number {
    return this.#entries.length;
  }

  /** Undefined before the base and behind the end. */
  at(index: number): LogEntry | undefined {
    return this.#entries[index - this.baseIndex - 1];
  }

  /** Undefined where the entry is not known (compacted away, or not yet there). */
  termAt(index: number): number | undefined {
    return index === this.baseIndex ? this.baseTerm : this.at(index)?.term;
  }

  append(entry: LogEntry, writtenUs: number): void {
    this.#entries.push(entry);
    this.#writtenUs.push(writtenUs);
  }

  /** At most `limit` entries from `index` on. */
  from(index: number, limit: number): LogEntry[] {
    const start = index - this.baseIndex - 1;
    return this.#entries.slice(start, start + limit);
  }

  /** Removes all entries behind `index`. Returns how many. */
  truncateAfter(index: number): number {
    const keep = Math.max(0, index - this.baseIndex);
    const removed = Math.max(0, this.#entries.length - keep);
    this.#entries.length -= removed;
    this.#writtenUs.length -= removed;
    return removed;
  }

  /** Forgets entries up to `index`, which a snapshot now stands for. */
  compactTo(index: number): void {
    const count = index - this.baseIndex;
    if (count <= 0 || count > this.#entries.length) return;
    this.baseTerm = this.termAt(index) ?? this.baseTerm;
    this.#entries = this.#entries.slice(count);
    this.#writtenUs = this.#writtenUs.slice(count);
    this.baseIndex = index;
  }

  /** Begins anew behind a snapshot. */
  reset(baseIndex: number, baseTerm: number): void {
    this.baseIndex = baseIndex;
    this.baseTerm = baseTerm;
    this.#entries = [];
    this.#writtenUs = [];
  }

  /** The server has started; it syncs its files for the first time at `timeUs`. */
  opened(timeUs: number): void {
    this.#firstSyncUs = timeUs;
  }

  /** An entry of a server of 2.9 takes on the term that its leader says it has, whatever it is (jetstream B16). */
  relabel(index: number, term: number): void {
    if (index === this.baseIndex) this.baseTerm = term;
    const place = index - this.baseIndex - 1;
    const entry = this.#entries[place];
    if (entry !== undefined) this.#entries[place] = { index, term, operation: entry.operation };
  }

  /** Last entry that a power loss at `nowUs` would leave (jetstream E41). */
  syncedIndex(nowUs: number): number {
    if (this.#syncUs === 0) return this.lastIndex;
    // Of what an earlier life of the server wrote all but the newest was synced by that.
    if (nowUs < this.#firstSyncUs) return this.#indexWrittenBy(this.#firstSyncUs - firstSyncUs[1]);
    const periodUs = this.#syncUs;
    const lastUs = this.#firstSyncUs + Math.floor((nowUs - this.#firstSyncUs) / periodUs) * periodUs;
    return this.#indexWrittenBy(lastUs);
  }

  /** What was written at that time would not survive a power loss. */
  isUnsynced(writtenUs: number, nowUs: number): boolean {
    if (this.#syncUs === 0) return false;
    if (nowUs < this.#firstSyncUs) return writtenUs > this.#firstSyncUs - firstSyncUs[1];
    const periods = Math.floor((nowUs - this.#firstSyncUs) / this.#syncUs);
    return writtenUs > this.#firstSyncUs + periods * this.#syncUs;
  }

  /** Last index that was written at or before `timeUs`. */
  #indexWrittenBy(timeUs: number): number {
    let low = 0;
    let high = this.#writtenUs.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#writtenUs[middle] ?? 0) <= timeUs) low = middle + 1;
      else high = middle;
    }
    return this.baseIndex + low;
  }
}
