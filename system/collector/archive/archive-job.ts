import type { Clock } from '../../ports/clock.ts';
import type { CqlOptions, CqlRow, CqlSession, CqlStatement } from '../../ports/cql.ts';
import { PortError } from '../../ports/errors.ts';
import { uchartArchiveTable, uchartTable } from '../../ports/tables.ts';
import type { Telemetry } from '../../ports/telemetry.ts';
import { monthsBetween } from './due-months.ts';
import type { ArchiveSettings, ChartPlace, CopiedRows } from './settings.ts';

export interface ArchivePorts {
  readonly clock: Clock;
  readonly telemetry: Telemetry;
}

const selectMonth: CqlStatement = { kind: 'select', table: uchartTable };
const insertArchived: CqlStatement = { kind: 'insert', table: uchartArchiveTable };
/** A chart lives on for its TTL from when it was written, which may be long after its context ended. */
const lateness = 2;

/**
 * Copies U-charts to the offline store before they expire (delivery R205, R207). A pass reads every partition with charts
 * that expire within the lead and writes what it has not written yet, both at quorum; what fails is left to the next pass.
 * Every write is an upsert of the same key and bytes, so that passes may be repeated, and two jobs may run at once.
 */
export class ArchiveJob {
  readonly #ports: ArchivePorts;
  readonly #store: CqlSession;
  readonly #offline: CqlSession;
  readonly #settings: ArchiveSettings;
  readonly #options: CqlOptions;
  readonly #copied = new Map<string, CopiedRows>();

  constructor(ports: ArchivePorts, store: CqlSession, offline: CqlSession, settings: ArchiveSettings) {
    this.#ports = ports;
    this.#store = store;
    this.#offline = offline;
    this.#settings = settings;
    this.#options = { consistency: 'LOCAL_QUORUM', idempotent: true, timeoutMs: settings.timeoutMs };
  }

  /** Resolves to how many partitions could not be copied. */
  async pass(): Promise<number> {
    const { places, retentionSeconds, leadSeconds } = this.#settings;
    const nowUs = this.#ports.clock.wallUs();
    const dueUs = nowUs - (retentionSeconds - leadSeconds) * 1e6;
    const months = monthsBetween(nowUs - lateness * retentionSeconds * 1e6, dueUs);
    this.#forget(months);
    let failed = 0;
    for (const place of places) {
      for (const month of months) if (!(await this.#copy(place, month, dueUs))) failed++;
    }
    return failed;
  }

  async #copy({ unit, recipe }: ChartPlace, month: number, dueUs: number): Promise<boolean> {
    const where = { unit, recipe, month };
    try {
      const { rows } = await this.#store.execute(selectMonth, where, this.#options);
      const copied = this.#copiedOf(where);
      const due = rows.filter((row) => Number(row['end_us']) <= dueUs && !copied.covers(row));
      await Promise.all(due.map((row) => this.#offline.execute(insertArchived, bound(row), this.#options)));
      for (const row of due) copied.add(row);
      if (due.length > 0) {
        this.#ports.telemetry.event({ kind: 'archive.stored', ...where, rows: due.length });
      }
      return true;
    } catch (error) {
      if (!(error instanceof PortError)) throw error;
      this.#ports.telemetry.event({ kind: 'archive.failed', ...where, reason: error.message });
      return false;
    }
  }

  #copiedOf({ unit, recipe, month }: ChartPlace & { readonly month: number }): CopiedRows {
    const name = `${month}\u0000${unit}\u0000${recipe}`;
    let copied = this.#copied.get(name);
    if (copied === undefined) {
      copied = this.#settings.policies.rememberCopied(name);
      this.#copied.set(name, copied);
    }
    return copied;
  }

  /** Of months that are over nothing needs to be remembered. */
  #forget(months: readonly number[]): void {
    const first = months[0] ?? 0;
    for (const name of this.#copied.keys()) if (Number.parseInt(name, 10) < first) this.#copied.delete(name);
  }
}

/** Columns that hold nothing are left out: a null would be written as a tombstone. */
function bound(row: CqlRow): CqlRow {
  return Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null));
}
