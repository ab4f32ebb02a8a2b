import type { MomentOutcome, RunResult } from '../scenarios/run-result.ts';
import { formatNumber } from './format.ts';

/** A cell that could have been hit, since its moment was passed and its kind may be pinned to it, and was not. */
export interface EmptyCell {
  readonly moment: string;
  readonly kind: string;
}

/** Moments × kinds of faults over many runs, in the order of the protocol; undefined where no run pins faults to moments. */
export function momentGrid(results: readonly RunResult[]): readonly MomentOutcome[] | undefined {
  const rows = new Map<string, { passed: number; hits: Map<string, number> }>();
  for (const { moments } of results) {
    for (const { moment, passed, hits } of moments ?? []) {
      let row = rows.get(moment);
      if (row === undefined) {
        row = { passed: 0, hits: new Map() };
        rows.set(moment, row);
      }
      row.passed += passed;
      for (const [kind, count] of Object.entries(hits)) row.hits.set(kind, (row.hits.get(kind) ?? 0) + count);
    }
  }
  if (rows.size === 0) return undefined;
  return [...rows].map(([moment, { passed, hits }]) => ({ moment, passed, hits: Object.fromEntries(hits) }));
}

export function emptyCells(grid: readonly MomentOutcome[]): readonly EmptyCell[] {
  return grid.flatMap(({ moment, passed, hits }) =>
    Object.entries(hits)
      .filter(([, count]) => passed > 0 && count === 0)
      .map(([kind]) => ({ moment, kind })),
  );
}

/** The grid for a person: a row for each moment, a column for each kind, `·` where a reachable cell is empty. */
export function momentGridLines(results: readonly RunResult[]): readonly string[] {
  const grid = momentGrid(results);
  if (grid === undefined) return [];
  const kinds = [...new Set(grid.flatMap(({ hits }) => Object.keys(hits)))];
  const columns = kinds.map((_, index) => String.fromCodePoint(0x41 + index));
  const cell = (text: string): string => text.padStart(5);
  const rows = grid.map(({ moment, passed, hits }) => {
    const cells = kinds.map((kind) => cell(cellText(passed, hits[kind])));
    return `  ${moment.padEnd(22)} ${formatNumber(passed).padStart(9)}${cells.join('')}`;
  });
  const empty = emptyCells(grid);
  const reachable = grid.filter(({ passed }) => passed > 0);
  const cells = reachable.reduce((sum, { hits }) => sum + Object.keys(hits).length, 0);
  const unreached = grid.filter(({ passed }) => passed === 0).map(({ moment }) => moment);
  return [
    'MOMENTS × FAULTS (how many bit at the moment; · none yet, blank: the moment never came)',
    ...kinds.map((kind, index) => `  ${columns[index] ?? ''} ${kind}`),
    `  ${'moment'.padEnd(22)} ${'passed'.padStart(9)}${columns.map(cell).join('')}`,
    ...rows,
    `  ${formatNumber(cells - empty.length)} of ${formatNumber(cells)} reachable cells hit`,
    ...(unreached.length === 0 ? [] : [`  never passed: ${unreached.join(', ')}`]),
    ...emptyByMoment(empty, kinds),
  ];
}

function cellText(passed: number, hits: number | undefined): string {
  if (passed === 0 || hits === undefined) return '';
  return hits === 0 ? '·' : String(hits);
}

function emptyByMoment(empty: readonly EmptyCell[], all: readonly string[]): string[] {
  return [...new Set(empty.map(({ moment }) => moment))].map((name) => {
    const kinds = empty.filter(({ moment }) => moment === name).map(({ kind }) => kind);
    return `  empty  ${name}: ${kinds.length === all.length ? 'all kinds' : kinds.join(', ')}`;
  });
}
