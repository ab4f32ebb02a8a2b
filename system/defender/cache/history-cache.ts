import type { History } from '../processing/history.ts';

/** U-chart histories in memory, by unit and recipe; rebuilt from the store after a restart (delivery R187). */
export interface HistoryCache {
  get(key: string): History | undefined;
  put(key: string, unit: string, history: History): void;
  /** A unit that another member owns changes there: what is kept here would be stale when it comes back. */
  dropUnit(unit: string): void;
  clear(): void;
  readonly bytes: number;
}

interface CachedHistory {
  readonly unit: string;
  readonly history: History;
  readonly bytes: number;
}

/** What a history costs beside its charts. */
const overheadBytes = 200;

/**
 * A plain map, least recently used first, bounded by the size of the stored charts.
 *
 * Not modelled: the in-memory SQLite of the live system.
 */
export class MapHistoryCache implements HistoryCache {
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

  get(key: string): History | undefined {
    const cached = this.#cached.get(key);
    if (cached === undefined) return undefined;
    this.#cached.delete(key);
    this.#cached.set(key, cached);
    return cached.history;
  }

  put(key: string, unit: string, history: History): void {
    this.#drop(key);
    let bytes = overheadBytes;
    for (const entry of history) bytes += entry.bytes;
    this.#cached.set(key, { unit, history, bytes });
    this.#bytes += bytes;
    const keys = this.#keysByUnit.get(unit);
    if (keys === undefined) this.#keysByUnit.set(unit, new Set([key]));
    else keys.add(key);
    for (const oldest of this.#cached.keys()) {
      if (this.#bytes <= this.#limitBytes) break;
      this.#drop(oldest);
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
