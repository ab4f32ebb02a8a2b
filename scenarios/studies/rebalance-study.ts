import type { RunRequest, RunResult } from '../run-result.ts';
import type { Design } from './design-setting.ts';

/** What one design did over all seeds. Times are virtual milliseconds. */
export interface RebalanceCell {
  readonly design: Design;
  readonly runs: number;
  /** Runs that broke a rule: the rules know the bounds of the promised design. */
  readonly runsBroken: number;
  readonly recoveries: number;
  readonly recoveryMeanMs: number;
  readonly recoveryMaxMs: number;
  readonly emergencies: number;
  readonly falseEmergencies: number;
  readonly maps: number;
  readonly redeliveries: number;
  readonly duplicateResults: number;
  /** Mean over the runs of the 99th percentile of publication to acknowledgement. */
  readonly settledP99Ms: number;
  readonly settledMaxMs: number;
  /** By all Defenders, for one second of virtual time. */
  readonly natsCallsPerSecond: number;
  readonly natsWritesPerSecond: number;
}

/** One request for each design and seed, design by design. All designs meet the same seeds, and so the same faults. */
export function studyRequests(
  base: Omit<RunRequest, 'seed' | 'design'>,
  designs: readonly Design[],
  seeds: readonly bigint[],
): readonly RunRequest[] {
  return designs.flatMap((design) => seeds.map((seed) => ({ ...base, seed, design })));
}

/** `results` are the runs of this design, at least one. */
export function rebalanceCell(design: Design, results: readonly RunResult[]): RebalanceCell {
  const values = (name: string): readonly number[] =>
    results.map((result) => result.figures[`study.${name}`] ?? 0);
  const sum = (name: string): number => values(name).reduce((total, value) => total + value, 0);
  const max = (name: string): number => Math.max(...values(name));
  const seconds = results.reduce((total, result) => total + result.virtualUs / 1e6, 0);
  return {
    design,
    runs: results.length,
    runsBroken: results.filter(({ verdict }) => verdict === 'failed').length,
    recoveries: sum('recoveries'),
    recoveryMeanMs: sum('recoveryTotalMs') / Math.max(1, sum('recoveries')),
    recoveryMaxMs: max('recoveryMaxMs'),
    emergencies: sum('emergencies'),
    falseEmergencies: sum('falseEmergencies'),
    maps: sum('maps'),
    redeliveries: sum('redeliveries'),
    duplicateResults: sum('duplicateResults'),
    settledP99Ms: sum('settledP99Ms') / results.length,
    settledMaxMs: max('settledMaxMs'),
    natsCallsPerSecond: sum('natsCalls') / seconds,
    natsWritesPerSecond: sum('natsWrites') / seconds,
  };
}

interface Column {
  readonly name: string;
  readonly heading: string;
  value(cell: RebalanceCell): string;
}

const columns: readonly Column[] = [
  { name: 'runs', heading: 'runs', value: ({ runs }) => String(runs) },
  { name: 'runsBroken', heading: 'broken', value: ({ runsBroken }) => String(runsBroken) },
  { name: 'recoveries', heading: 'recoveries', value: ({ recoveries }) => String(recoveries) },
  { name: 'recoveryMeanMs', heading: 'mean ms', value: ({ recoveryMeanMs }) => recoveryMeanMs.toFixed(0) },
  { name: 'recoveryMaxMs', heading: 'max ms', value: ({ recoveryMaxMs }) => recoveryMaxMs.toFixed(0) },
  { name: 'emergencies', heading: 'emergencies', value: ({ emergencies }) => String(emergencies) },
  { name: 'falseEmergencies', heading: 'false', value: ({ falseEmergencies }) => String(falseEmergencies) },
  { name: 'maps', heading: 'maps', value: ({ maps }) => String(maps) },
  { name: 'redeliveries', heading: 'redelivered', value: ({ redeliveries }) => String(redeliveries) },
  { name: 'duplicateResults', heading: 'twice', value: ({ duplicateResults }) => String(duplicateResults) },
  { name: 'settledP99Ms', heading: 'settled p99', value: ({ settledP99Ms }) => settledP99Ms.toFixed(0) },
  { name: 'settledMaxMs', heading: 'settled max', value: ({ settledMaxMs }) => settledMaxMs.toFixed(0) },
  {
    name: 'natsCallsPerSecond',
    heading: 'NATS /s',
    value: ({ natsCallsPerSecond }) => natsCallsPerSecond.toFixed(2),
  },
  {
    name: 'natsWritesPerSecond',
    heading: 'writes /s',
    value: ({ natsWritesPerSecond }) => natsWritesPerSecond.toFixed(2),
  },
];

/** One line a design, the varied settings first; a header line with full names. */
export function studyCsv(cells: readonly RebalanceCell[]): string {
  const names = Object.keys(cells[0]?.design ?? {});
  const rows = cells.map((cell) => [...designOf(cell), ...columns.map(({ value }) => value(cell))]);
  const lines = [[...names, ...columns.map(({ name }) => name)], ...rows];
  return lines.map((line) => `${line.join(',')}\n`).join('');
}

/** The same as an aligned table in Markdown, which a terminal shows as well. */
export function studyTable(cells: readonly RebalanceCell[]): string {
  const names = Object.keys(cells[0]?.design ?? {});
  const rows = cells.map((cell) => [...designOf(cell), ...columns.map(({ value }) => value(cell))]);
  const header = [...names, ...columns.map(({ heading }) => heading)];
  const widths = header.map((heading, index) =>
    Math.max(heading.length, ...rows.map((row) => row[index]?.length ?? 0)),
  );
  const line = (row: readonly string[]): string =>
    `| ${row.map((text, index) => text.padStart(widths[index] ?? 0)).join(' | ')} |\n`;
  const rule = `|${widths.map((width) => `${'-'.repeat(width + 1)}:`).join('|')}|\n`;
  return [line(header), rule, ...rows.map(line)].join('');
}

function designOf({ design }: RebalanceCell): readonly string[] {
  return Object.values(design).map(String);
}
