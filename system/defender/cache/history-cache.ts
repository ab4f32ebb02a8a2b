import type { History } from '../processing/history.ts';

/**
 * U-chart histories in memory, by unit and recipe; rebuilt from the store after a restart (delivery R187). Bounded in bytes
 * ({@link historyBytes}): when a `put` goes beyond, those that were neither put nor found for longest are forgotten, the
 * one just put as the last of them.
 */
export interface HistoryCache {
  get(key: string): History | undefined;
  /** `key` names one history of `unit`, and always of the same unit. */
  put(key: string, unit: string, history: History): void;
  /** A unit that another member owns changes there: what is kept here would be stale when it comes back. */
  dropUnit(unit: string): void;
  clear(): void;
  readonly bytes: number;
  readonly figures: CacheFigures;
}

/** Counted since the cache was made. `hits / (lookups - coldMisses)` is the hit rate after warm-up (delivery R181). */
export interface CacheFigures {
  readonly lookups: number;
  readonly hits: number;
  /** Look-ups of what had never been here: the warm-up after a start, or of a unit that came from another member. */
  readonly coldMisses: number;
  /** Histories forgotten for want of room. */
  readonly evictions: number;
}

/** Makes the cache of one Defender: at most so many bytes. */
export type CreateHistoryCache = (limitBytes: number) => HistoryCache;

interface CachedHistory {
  readonly unit: string;
  readonly history: History;
  readonly bytes: number;
}

/** What a history costs beside its charts. */
const overheadBytes = 200;

/** What a history counts in every cache: the size of its charts as they are stored, and some for itself. */
export function historyBytes(history: History): number {
  let bytes = overheadBytes;
  for (const entry of history) bytes += entry.bytes;
  return bytes;
}

/** Counts what a cache does; tells a history that was never here from one that was forgotten for want of room. */
export class CacheCounts {
  #lookups = 0;
  #hits = 0;
  #coldMisses = 0;
  #evictions = 0;
  readonly #evictedKeys = new Set<string>();

  lookup(key: string, isHit: boolean): void {
    this.#lookups++;
    if (isHit) this.#hits++;
    else if (!this.#evictedKeys.has(key)) this.#coldMisses++;
  }

  stored(key: string): void {
    this.#evictedKeys.delete(key);
  }

  evicted(key: string): void {
    this.#evictions++;
    this.#evictedKeys.add(key);
  }

  get figures(): CacheFigures {
    return {
      lookups: this.#lookups,
      hits: this.#hits,
      coldMisses: this.#coldMisses,
      evictions: this.#evictions,
    };
  }
}

/** A plain map, least recently used first: the simulator's, which shares charts instead of copying them. */
export class MapHistoryCache implements HistoryCache {
  readonly #counts = new CacheCounts();
  readonly #limitBytes: number;
  readonly #cached = new Map<string, CachedHistory>();
  readonly #keysByUnit = new Map<string, Set<string>>();
  #bytes = 0;

  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get figures(): CacheFigures {
    return this.#counts.figures;
  }

  get(key: string): History | undefined {
    const cached = this.#cached.get(key);
    this.#counts.lookup(key, cached !== undefined);
    if (cached === undefined) return undefined;
    this.#cached.delete(key);
    this.#cached.set(key, cached);
    return cached.history;
  }

  put(key: string, unit: string, history: History): void {
    this.#drop(key);
    const bytes = historyBytes(history);
    this.#counts.stored(key);
    this.#cached.set(key, { unit, history, bytes });
    this.#bytes += bytes;
    const keys = this.#keysByUnit.get(unit);
    if (keys === undefined) this.#keysByUnit.set(unit, new Set([key]));
    else keys.add(key);
    for (const oldest of this.#cached.keys()) {
      if (this.#bytes <= this.#limitBytes) break;
      this.#drop(oldest);
      this.#counts.evicted(oldest);
    }
  }

  dropUnit(unit: string): void {
    for (const key of this.#keysByUnit.get(unit) ?? []) this.#drop(key);
  }

  clear(): void {
    this.#cached.clear();
    this.#keysByUnit.clear();
    this.#bytes = 0;
  }

  #drop(key: string): void {
    const cached = this.#cached.get(key);
    if (cached === undefined) return;
    this.#cached.delete(key);
    this.#bytes -= cached.bytes;
    const keys = this.#keysByUnit.get(cached.unit);
    keys?.delete(key);
    if (keys?.size === 0) this.#keysByUnit.delete(cached.unit);
  }
}
