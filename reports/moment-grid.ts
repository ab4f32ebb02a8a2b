import type { MomentOutcome, RunResult } from '../scenarios/run-result.ts';
import { formatNumber } from './format.ts';

/** A cell that could have been hit, and was not. */
export interface EmptyCell {
  readonly moment: string;
  readonly kind: string;
}

/** Moments × faults over many runs. */
export interface MomentGrid {
  /** In the order of the protocol. */
  readonly rows: readonly MomentOutcome[];
  /** How many cells can be hit: all that the scenario means to hit, or those whose moment was passed. */
  readonly reachable: number;
  readonly empty: readonly EmptyCell[];
}

const columnsABlock = 16;
/** An empty row is spelled out up to so many columns. */
const mostNamed = 8;

/** Undefined where no run pins faults to moments. */
export function momentGrid(results: readonly RunResult[]): MomentGrid | undefined {
  const merged = new Map<string, MomentOutcome>();
  for (const { moments } of results) {
    for (const outcome of moments ?? [])
      merged.set(outcome.moment, sumOf(merged.get(outcome.moment), outcome));
  }
  if (merged.size === 0) return undefined;
  const rows = [...merged.values()];
  const cells = rows.flatMap((row) =>
    isReachable(row)
      ? Object.entries(row.hits).map(([kind, hits]) => ({ moment: row.moment, kind, hits }))
      : [],
  );
  const empty = cells.filter(({ hits }) => hits === 0).map(({ moment, kind }) => ({ moment, kind }));
  return { rows, reachable: cells.length, empty };
}

function sumOf(before: MomentOutcome | undefined, added: MomentOutcome): MomentOutcome {
  if (before === undefined) return added;
  const hits: Record<string, number> = { ...before.hits };
  for (const [kind, count] of Object.entries(added.hits)) hits[kind] = (hits[kind] ?? 0) + count;
  const unreachable = before.unreachable ?? added.unreachable;
  return {
    moment: before.moment,
    passed: before.passed + added.passed,
    hits,
    ...(unreachable === undefined ? {} : { unreachable: { ...unreachable, ...added.unreachable } }),
  };
}

function isReachable({ passed, unreachable }: MomentOutcome): boolean {
  return passed > 0 || unreachable !== undefined;
}

/**
 * The grid for a person: a row for each moment, a column for each fault, `·` where a cell that can be hit is empty, `–`
 * where it cannot be, blank where the moment never came.
 */
export function momentGridLines(results: readonly RunResult[]): readonly string[] {
  const grid = momentGrid(results);
  if (grid === undefined) return [];
  const { rows, reachable, empty } = grid;
  const kinds = [...new Set(rows.flatMap(({ hits }) => Object.keys(hits)))];
  const unreached = rows.filter((row) => !isReachable(row)).map(({ moment }) => moment);
  return [
    'MOMENTS × FAULTS (how many bit at the moment; · none yet, – cannot be, blank: the moment never came)',
    ...kinds.map((kind, index) => `  ${letter(index)} ${kind}`),
    ...blocks(kinds, rows),
    `  ${formatNumber(reachable - empty.length)} of ${formatNumber(reachable)} reachable cells hit`,
    ...(unreached.length === 0 ? [] : [`  never passed: ${unreached.join(', ')}`]),
    ...whyNot(rows),
    ...emptyByMoment(empty, kinds),
  ];
}

/** A, B, … Z, a, b, … for the columns. */
function letter(index: number): string {
  return String.fromCodePoint(index < 26 ? 0x41 + index : 0x61 + index - 26);
}

function blocks(kinds: readonly string[], rows: readonly MomentOutcome[]): string[] {
  const cell = (text: string): string => text.padStart(5);
  const lines: string[] = [];
  for (let from = 0; from < kinds.length; from += columnsABlock) {
    const shown = kinds.slice(from, from + columnsABlock);
    const letters = shown.map((_, index) => cell(letter(from + index)));
    lines.push(`  ${'moment'.padEnd(22)} ${'passed'.padStart(9)}${letters.join('')}`);
    for (const row of rows) {
      const cells = shown.map((kind) => cell(cellText(row, kind)));
      lines.push(`  ${row.moment.padEnd(22)} ${formatNumber(row.passed).padStart(9)}${cells.join('')}`);
    }
  }
  return lines;
}

function cellText(row: MomentOutcome, kind: string): string {
  if (row.unreachable?.[kind] !== undefined) return '–';
  const hits = row.hits[kind];
  if (!isReachable(row) || hits === undefined) return '';
  return hits === 0 ? '·' : String(hits);
}

function whyNot(rows: readonly MomentOutcome[]): string[] {
  return rows.flatMap(({ moment, unreachable }) => {
    const entries = Object.entries(unreachable ?? {});
    return [...new Set(entries.map(([, why]) => why))].map((reason) => {
      const kinds = entries.filter(([, why]) => why === reason).map(([kind]) => kind);
      return `  –  ${moment} × ${kinds.join(', ')}: ${reason}`;
    });
  });
}

function emptyByMoment(empty: readonly EmptyCell[], all: readonly string[]): string[] {
  return [...new Set(empty.map(({ moment }) => moment))].map((name) => {
    const kinds = empty.filter(({ moment }) => moment === name).map(({ kind }) => kind);
    const named = kinds.length > mostNamed ? `${kinds.length} of ${all.length}` : kinds.join(', ');
    return `  empty  ${name}: ${kinds.length === all.length ? 'all kinds' : named}`;
  });
}
