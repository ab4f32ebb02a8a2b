import pc from 'picocolors';
import type { RunResult } from '../scenarios/run-result.ts';
import { groupFailures } from './failure-groups.ts';
import { formatDuration, formatNumber, plainText, verdictOrder } from './format.ts';
import { clip, marks, momentBlock, paintVerdict, type TerminalOptions } from './terminal.ts';

const mostGroups = 20;
const widestCause = 300;

/** Many runs for a person: what failed by cause, worst first, each with a line that runs it again; then the counts. */
export function campaignReport(results: readonly RunResult[], options: TerminalOptions): string {
  const paint = pc.createColors(options.colour);
  const groups = groupFailures(results);
  const lines: string[] = [];
  if (groups.length > 0 && options.summary !== 'disabled') {
    lines.push(paint.bold('█ NOT PASSED, BY CAUSE'));
    for (const group of groups.slice(0, mostGroups)) {
      const mark = paintVerdict(group.verdict, paint)(`${marks[group.verdict]} ${group.verdict}`);
      const seeds = group.seeds.length === 1 ? '1 seed' : `${formatNumber(group.seeds.length)} seeds`;
      lines.push(
        `  ${mark}  ${seeds}  ${clip(plainText(group.cause), widestCause)}`,
        `      as in seed ${group.seeds[0] ?? ''}: ${clip(plainText(group.example), widestCause)}`,
        `      replay  ${plainText(group.replay)}`,
      );
    }
    if (groups.length > mostGroups)
      lines.push(`  … and ${groups.length - mostGroups} causes more in results.json`);
    lines.push('');
  }
  if (options.summary !== 'disabled') {
    const [, ...grid] = momentBlock(results, paint);
    if (grid.length > 0) lines.push(...grid, '');
  }
  lines.push(...scenarioLines(results));
  const counts = verdictOrder
    .toReversed()
    .map(
      (verdict) =>
        `${formatNumber(results.filter((result) => result.verdict === verdict).length)} ${verdict}`,
    );
  const red = results.filter((result) => result.knownRed !== undefined);
  lines.push(
    `Runs: ${counts.join(', ')}${red.length === 0 ? '' : ` (${formatNumber(red.length)} of them known red)`}`,
  );
  for (const why of new Set(red.map((result) => result.knownRed ?? '')))
    lines.push(`known red: ${plainText(why)}`);
  for (const rule of new Set(results.flatMap((result) => result.invalid ?? [])))
    lines.push(`invalid settings, run on purpose: ${plainText(rule)}`);
  return `${lines.join('\n')}\n`;
}

function scenarioLines(results: readonly RunResult[]): string[] {
  return [...new Set(results.map((result) => result.scenario))].map((scenario) => {
    const runs = results.filter((result) => result.scenario === scenario);
    const sum = (value: (run: RunResult) => number): number =>
      runs.reduce((total, run) => total + value(run), 0);
    const virtualMs = sum((run) => run.virtualUs) / 1000;
    const wallMs = sum((run) => run.wallMs);
    const bitten = sum((run) => run.faults.filter((fault) => !fault.vacuous).length);
    const planned = sum((run) => run.faults.length);
    return `${scenario}  ${formatNumber(runs.length)} seeds  ${formatDuration(virtualMs)} of fab time in ${formatDuration(wallMs)} of one core (${formatNumber(virtualMs / Math.max(1, wallMs))} ×, ${formatNumber(sum((run) => run.events))} events)  ${formatNumber(bitten)} of ${formatNumber(planned)} faults bit`;
  });
}
