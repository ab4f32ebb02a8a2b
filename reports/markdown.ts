import type { RunResult } from '../scenarios/run-result.ts';
import { groupFailures } from './failure-groups.ts';
import {
  formatClock,
  formatDuration,
  formatNumber,
  percent,
  plainText,
  ratioOf,
  worstFirst,
} from './format.ts';
import { momentGrid } from './moment-grid.ts';

/** CI drops a job summary over its limit as a whole, so this stays well below. */
const mostBytes = 200 * 1024;

const longestMessage = 500;
const mostEmptyCells = 20;

/** The summary of a campaign for a CI job: verdict, causes with their replay line, rules, goals never reached. */
export function markdownReport(results: readonly RunResult[]): string {
  const blocks = [
    headline(results),
    rules(results),
    goals(results),
    cells(results),
    runTable(results),
    ...failures(results),
  ];
  let text = '';
  let bytes = 0;
  for (const block of blocks.filter((candidate) => candidate !== '')) {
    bytes += Buffer.byteLength(block) + 1;
    if (bytes > mostBytes - 200) return `${text}\n*Shortened: the rest is in results.json.*\n`;
    text += `${block}\n`;
  }
  return text;
}

function headline(results: readonly RunResult[]): string {
  const count = (verdict: RunResult['verdict']): number =>
    results.filter((result) => result.verdict === verdict).length;
  const parts = (['passed', 'failed', 'unknown', 'nondeterministic'] as const)
    .filter((verdict) => count(verdict) > 0)
    .map((verdict) => `${count(verdict)} ${verdict}`);
  const red = results.filter((result) => result.knownRed !== undefined);
  const known = red.length === 0 ? '' : ` (${red.length} known red)`;
  const why = [...new Set(red.map((result) => `\nKnown red: ${escape(result.knownRed ?? '')}\n`))].join('');
  const rules = new Set(results.flatMap((result) => result.invalid ?? []));
  const invalid = [...rules].map((rule) => `\nInvalid settings, run on purpose: ${escape(rule)}\n`).join('');
  return `## tFDC: ${parts.length === 0 ? 'no run was finished' : parts.join(', ')}${known}\n${why}${invalid}`;
}

/** Of the grid of moments × faults what is empty; the grid itself is in results.json. */
function cells(results: readonly RunResult[]): string {
  const grid = momentGrid(results);
  if (grid === undefined) return '';
  const { reachable, empty } = grid;
  const named = empty.slice(0, mostEmptyCells).map(({ moment, kind }) => `- empty: ${kind} at ${moment}`);
  const more = empty.length > mostEmptyCells ? `- and ${empty.length - mostEmptyCells} more\n` : '';
  const list = named.length === 0 ? '' : `\n${named.join('\n')}\n${more}`;
  return `Moments × faults: ${reachable - empty.length} of ${reachable} reachable cells hit.\n${list}`;
}

function runTable(results: readonly RunResult[]): string {
  const rows = worstFirst(results)
    .slice(0, 200)
    .map(
      (result) =>
        `| ${result.verdict} | ${result.scenario} | \`${result.seed}\` | ${formatDuration(result.virtualUs / 1000)} | ${formatNumber(ratioOf(result))} × | ${result.faults.filter((fault) => !fault.vacuous).length} of ${result.faults.length} | ${result.detection.abnormalAlarmed}/${result.detection.abnormal}, ${percent(result.detection.normalAlarmed, result.detection.normal)} | \`${result.fingerprint}\` |`,
    );
  const cut = results.length > 200 ? `\n*${results.length - 200} more runs are in results.json.*\n` : '';
  return `| verdict | scenario | seed | fab time | speed | faults that bit | detected, false alarms | fingerprint |\n|---|---|---|---|---|---|---|---|\n${rows.join('\n')}\n${cut}`;
}

/** One block a cause, with the first run of it in detail. */
function failures(results: readonly RunResult[]): string[] {
  const blocks = groupFailures(results).map((group) => {
    const first = results.find((result) => result.seed === group.seeds[0] && result.replay === group.replay);
    const violations = (first?.rules ?? []).flatMap((rule) =>
      rule.violations
        .slice(0, 3)
        .map(
          (violation) =>
            `- **${violation.rule}** at ${formatClock(violation.timeUs)}: ${escape(violation.message)}`,
        ),
    );
    const reasons =
      violations.length > 0 ? violations : (first?.reasons ?? []).map((reason) => `- ${escape(reason)}`);
    const seeds = group.seeds.length === 1 ? '1 seed' : `${group.seeds.length} seeds`;
    return `<details><summary>${group.verdict}, ${seeds}: ${escape(group.cause)}</summary>\n\n${reasons.join('\n')}\n\n\`\`\`\n${plainText(group.replay)}\n\`\`\`\n</details>\n`;
  });
  return blocks.length === 0 ? [] : ['### Not passed, by cause', ...blocks];
}

function rules(results: readonly RunResult[]): string {
  const totals = new Map<string, { title: string; checked: number; broken: number; excused: number }>();
  for (const rule of results.flatMap((result) => result.rules)) {
    const total = totals.get(rule.rule) ?? { title: rule.title, checked: 0, broken: 0, excused: 0 };
    total.checked += rule.checked;
    total.broken += rule.violationCount;
    total.excused += Object.values(rule.excused).reduce((sum, count) => sum + count, 0);
    totals.set(rule.rule, total);
  }
  const rows = [...totals].map(
    ([id, total]) =>
      `| ${id} | ${total.title} | ${formatNumber(total.checked)} | ${formatNumber(total.broken)} | ${formatNumber(total.excused)} |`,
  );
  return `### Rules\n| rule | | checked | broken | excused |\n|---|---|---|---|---|\n${rows.join('\n')}\n`;
}

function goals(results: readonly RunResult[]): string {
  const totals = new Map<string, number>();
  for (const result of results) {
    for (const goal of result.goals) totals.set(goal.goal, (totals.get(goal.goal) ?? 0) + goal.count);
  }
  const unmet = [...totals].filter(([, count]) => count === 0).map(([goal]) => `- ${goal}`);
  return unmet.length === 0 ? '' : `### Goals that no run reached\n${unmet.join('\n')}\n`;
}

function escape(text: string): string {
  const clipped = text.length > longestMessage ? `${text.slice(0, longestMessage)}…` : text;
  return plainText(clipped)
    .replaceAll('&', '&amp;')
    .replaceAll('|', '\\|')
    .replaceAll('<', '&lt;')
    .replaceAll('\n', ' ');
}
