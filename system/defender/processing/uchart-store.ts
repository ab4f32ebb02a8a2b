import { decodeUChart } from '../../charts/uchart.ts';
import type { CqlOptions, CqlRow, CqlSession, CqlStatement } from '../../ports/cql.ts';
import { qualifiedTable, uchartMonth, uchartTable } from '../../ports/tables.ts';
import type { DefenderSettings } from '../settings.ts';
import { readOptions } from './fetch.ts';
import { compareByContextTime, isComplete } from './history.ts';
import type { History, HistoryEntry, HistoryPlace } from './history.ts';
import { decodeJudgement, encodeJudgement } from './judgement.ts';
import type { StoredJudgement } from './judgement.ts';

const insertResult: CqlStatement = { kind: 'insert', table: uchartTable };
const selectQualified: CqlStatement = { kind: 'select', table: qualifiedTable };

/** A context can end in one month and its successors in the next. */
const monthMarginUs = 2 * 86_400_000_000;

/** Version of a judgement that knew all of its history; one that did not has the number of contexts it knew (cassandra-and-live P2). */
const completeVersion = 999;

export function judgementVersion(provisional: boolean, knownContexts: number): number {
  return provisional ? Math.min(knownContexts, completeVersion - 1) : completeVersion;
}

/** The U-charts of units in Cassandra. Every method rejects as `CqlSession.execute` does. */
export class UChartStore {
  readonly #session: CqlSession;
  readonly #settings: DefenderSettings;
  readonly #selectNewest: CqlStatement;
  readonly #readOptions: CqlOptions;

  constructor(session: CqlSession, settings: DefenderSettings) {
    this.#session = session;
    this.#settings = settings;
    this.#selectNewest = {
      kind: 'select',
      table: uchartTable,
      reversed: true,
      limit: 2 * settings.historyLength,
    };
    this.#readOptions = readOptions(settings);
  }

  /**
   * The newest contexts of the unit and recipe around `place`: of its month, of the month before where the chain of
   * predecessors goes on there, and with `alsoLater` of the month after where that has begun.
   *
   * Not modelled: a context that comes after more than `historyLength` later ones is judged on what is left of its history.
   */
  async readHistory(unit: string, recipe: string, place: HistoryPlace, alsoLater: boolean): Promise<History> {
    const month = uchartMonth(place.endUs);
    let entries = await this.#readMonth(unit, recipe, month);
    const laterMonth = uchartMonth(place.endUs + monthMarginUs);
    if (alsoLater && laterMonth !== month) {
      entries = [...entries, ...(await this.#readMonth(unit, recipe, laterMonth))];
    }
    if (!isComplete(entries, place, this.#settings.historyLength)) {
      entries = [...(await this.#readMonth(unit, recipe, monthBefore(month))), ...entries];
    }
    return entries;
  }

  /** Qualified charts of a recipe, as they are stored. */
  async readQualified(recipe: string): Promise<readonly Uint8Array[]> {
    const { rows } = await this.#session.execute(selectQualified, { recipe }, this.#readOptions);
    return rows.flatMap((row) => (row['result'] instanceof Uint8Array ? [row['result']] : []));
  }

  /** Writes result and judgement in one mutation: the same bytes and time stamp whoever does it, however often. */
  async writeResult(
    unit: string,
    recipe: string,
    place: HistoryPlace,
    result: Uint8Array,
    judgement: StoredJudgement,
    knownContexts: number,
    wallUs: number,
  ): Promise<void> {
    const values = { ...keyOf(unit, recipe, place), result, judgement: encodeJudgement(judgement) };
    await this.#write(values, place.endUs, judgementVersion(judgement.provisional, knownContexts), wallUs);
  }

  /** Replaces the judgement alone, after its missing context has come. */
  async writeJudgement(
    unit: string,
    recipe: string,
    place: HistoryPlace,
    judgement: StoredJudgement,
    wallUs: number,
  ): Promise<void> {
    const values = { ...keyOf(unit, recipe, place), judgement: encodeJudgement(judgement) };
    await this.#write(values, place.endUs, completeVersion, wallUs);
  }

  async #write(values: CqlRow, endUs: number, version: number, wallUs: number): Promise<void> {
    await this.#session.execute(insertResult, values, {
      ...this.#readOptions,
      timestampUs: this.#settings.policies.resultTimestampUs(endUs, version, wallUs),
    });
  }

  async #readMonth(unit: string, recipe: string, month: number): Promise<History> {
    const { rows } = await this.#session.execute(
      this.#selectNewest,
      { unit, recipe, month },
      this.#readOptions,
    );
    return rows
      .map(entryOf)
      .filter((entry) => entry !== undefined)
      .sort(compareByContextTime);
  }
}

function keyOf(unit: string, recipe: string, place: HistoryPlace): CqlRow {
  return {
    unit,
    recipe,
    month: uchartMonth(place.endUs),
    end_us: place.endUs,
    context_sequence: place.contextSequence,
  };
}

function entryOf(row: CqlRow): HistoryEntry | undefined {
  const result = row['result'];
  const text = row['judgement'];
  if (!(result instanceof Uint8Array) || typeof text !== 'string') return undefined;
  const judgement = decodeJudgement(text);
  if (judgement === undefined) return undefined;
  const chart = decodeUChart(result);
  return {
    contextSequence: chart.contextSequence,
    previousSequence: judgement.previousSequence,
    endUs: chart.endUs,
    chart,
    bytes: result.length,
    provisional: judgement.provisional,
  };
}

function monthBefore(month: number): number {
  return month % 100 === 1 ? month - 89 : month - 1;
}
