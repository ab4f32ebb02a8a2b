import { DatabaseSync } from 'node:sqlite';
import type { StatementSync } from 'node:sqlite';
import { decodeUChart, encodeUChart } from '../../charts/uchart.ts';
import { CacheCounts, historyBytes } from '../../defender/cache/history-cache.ts';
import type { CacheFigures, HistoryCache } from '../../defender/cache/history-cache.ts';
import type { History, HistoryEntry } from '../../defender/processing/history.ts';

/** Charts of some kilobytes lie in the table itself only where pages are large and the table has row ids. */
const schema = `
  PRAGMA page_size = 32768;
  CREATE TABLE cached (
    key TEXT PRIMARY KEY, unit TEXT NOT NULL, bytes INTEGER NOT NULL, used INTEGER NOT NULL
  ) WITHOUT ROWID;
  CREATE INDEX cached_by_unit ON cached (unit);
  CREATE UNIQUE INDEX cached_by_use ON cached (used);
  CREATE TABLE entry (
    key TEXT NOT NULL, place INTEGER NOT NULL, context_sequence INTEGER NOT NULL,
    previous_sequence INTEGER NOT NULL, end_us INTEGER NOT NULL, bytes INTEGER NOT NULL,
    provisional INTEGER NOT NULL, chart BLOB NOT NULL
  );
  CREATE UNIQUE INDEX entry_by_key ON entry (key, place);`;

/**
 * The live Defender's cache: SQLite in memory (delivery R187), so that a hundred megabytes of charts lie outside of the heap
 * that the garbage collector walks. Charts are kept as the store keeps them; all NaNs become one.
 *
 * Behaves as {@link HistoryCache} says, as the plain map does. The database itself takes about a tenth more than `bytes`
 * counts. Throws what `node:sqlite` throws where memory is short. `close` frees it; nothing may be called after.
 */
export class SqliteHistoryCache implements HistoryCache {
  readonly #limitBytes: number;
  readonly #database = new DatabaseSync(':memory:');
  readonly #counts = new CacheCounts();
  readonly #find: StatementSync;
  readonly #touch: StatementSync;
  readonly #entries: StatementSync;
  readonly #insert: StatementSync;
  readonly #insertEntry: StatementSync;
  readonly #remove: StatementSync;
  readonly #removeEntries: StatementSync;
  readonly #oldest: StatementSync;
  readonly #ofUnit: StatementSync;
  #bytes = 0;
  /** Rises with every use: the order of the least recently used. */
  #uses = 0;

  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes;
    const database = this.#database;
    database.exec(schema);
    this.#find = database.prepare('SELECT bytes FROM cached WHERE key = ?');
    this.#touch = database.prepare('UPDATE cached SET used = ? WHERE key = ?');
    this.#entries = database.prepare('SELECT * FROM entry WHERE key = ? ORDER BY place');
    this.#insert = database.prepare('INSERT INTO cached VALUES (?, ?, ?, ?)');
    this.#insertEntry = database.prepare('INSERT INTO entry VALUES (?, ?, ?, ?, ?, ?, ?, ?)');
    this.#remove = database.prepare('DELETE FROM cached WHERE key = ?');
    this.#removeEntries = database.prepare('DELETE FROM entry WHERE key = ?');
    this.#oldest = database.prepare('SELECT key FROM cached ORDER BY used LIMIT 1');
    this.#ofUnit = database.prepare('SELECT key FROM cached WHERE unit = ?');
  }

  get bytes(): number {
    return this.#bytes;
  }

  get figures(): CacheFigures {
    return this.#counts.figures;
  }

  /** What the database takes, free pages included. */
  get allocatedBytes(): number {
    const pragma = (name: string): number =>
      Number(this.#database.prepare(`PRAGMA ${name}`).get()?.[name] ?? 0);
    return pragma('page_count') * pragma('page_size');
  }

  get(key: string): History | undefined {
    const isHit = this.#find.get(key) !== undefined;
    this.#counts.lookup(key, isHit);
    if (!isHit) return undefined;
    this.#touch.run(++this.#uses, key);
    return this.#entries.all(key).map(entryOf);
  }

  put(key: string, unit: string, history: History): void {
    this.#transaction(() => {
      this.#drop(key);
      const bytes = historyBytes(history);
      this.#counts.stored(key);
      this.#insert.run(key, unit, bytes, ++this.#uses);
      for (const [place, entry] of history.entries()) {
        const { contextSequence, previousSequence, endUs, chart, provisional } = entry;
        const blob = encodeUChart(chart);
        this.#insertEntry.run(
          key,
          place,
          contextSequence,
          previousSequence,
          endUs,
          entry.bytes,
          Number(provisional),
          blob,
        );
      }
      this.#bytes += bytes;
      while (this.#bytes > this.#limitBytes) {
        const oldest = this.#oldest.get()?.['key'];
        if (typeof oldest !== 'string') break;
        this.#drop(oldest);
        this.#counts.evicted(oldest);
      }
    });
  }

  dropUnit(unit: string): void {
    this.#transaction(() => {
      for (const { key } of this.#ofUnit.all(unit)) this.#drop(String(key));
    });
  }

  clear(): void {
    this.#database.exec('DELETE FROM entry; DELETE FROM cached');
    this.#bytes = 0;
  }

  close(): void {
    this.#database.close();
  }

  #drop(key: string): void {
    const bytes = this.#find.get(key)?.['bytes'];
    if (typeof bytes !== 'number') return;
    this.#remove.run(key);
    this.#removeEntries.run(key);
    this.#bytes -= bytes;
  }

  #transaction(work: () => void): void {
    const bytesBefore = this.#bytes;
    this.#database.exec('BEGIN');
    try {
      work();
      this.#database.exec('COMMIT');
    } catch (error) {
      this.#database.exec('ROLLBACK');
      this.#bytes = bytesBefore;
      throw error;
    }
  }
}

function entryOf(row: Readonly<Record<string, unknown>>): HistoryEntry {
  const { context_sequence, previous_sequence, end_us, bytes, provisional, chart } = row;
  if (!(chart instanceof Uint8Array)) throw new TypeError('a cached chart is no blob');
  return {
    contextSequence: Number(context_sequence),
    previousSequence: Number(previous_sequence),
    endUs: Number(end_us),
    chart: decodeUChart(chart),
    bytes: Number(bytes),
    provisional: provisional === 1,
  };
}
