import pc from 'picocolors';
import { describeMoment } from '../chaos/planned-moment.ts';
import type { FaultOutcome, Milestone, RuleOutcome, RunResult, Verdict } from '../scenarios/run-result.ts';
import { clusterLines } from './cluster.ts';
import { momentGridLines } from './moment-grid.ts';
import { formatClock, formatDuration, formatNumber, percent, plainText, ratioOf } from './format.ts';

export interface TerminalOptions {
  readonly colour: boolean;
  readonly summary: 'compact' | 'full' | 'disabled';
}

export type Paint = ReturnType<typeof pc.createColors>;

const width = 100;
const compactMilestones = 40;

export const marks: Readonly<Record<Verdict, string>> = {
  passed: '✓',
  failed: '✗',
  unknown: '?',
  nondeterministic: '≠',
};

/** One run for a person: verdict first, then why, what happened, what was broken, and how to run it again. */
export function terminalReport(result: RunResult, options: TerminalOptions): string {
  const paint = pc.createColors(options.colour);
  const lines = [...verdictBlock(result, paint)];
  if (options.summary !== 'disabled') {
    lines.push('', ...dayBlock(result.milestones, options, paint));
    lines.push('', ...faultBlock(result.faults, paint));
    lines.push('', ...ruleBlock(result.rules, paint));
    lines.push('', ...goalBlock(result, paint));
    lines.push(...clusterBlock(result, paint));
    lines.push(...momentBlock([result], paint));
    lines.push('', ...figureBlock(result, options, paint));
  }
  if (result.verdict !== 'passed') lines.push('', ...failureBlock(result, paint));
  lines.push('', `replay  ${plainText(result.replay)}`);
  return `${lines.map(plainLine(options)).join('\n')}\n`;
}

/** One line a run, for campaigns. */
export function terminalLine(result: RunResult, options: TerminalOptions): string {
  const paint = pc.createColors(options.colour);
  const why = result.reasons[0] === undefined ? '' : `  ${clip(plainText(result.reasons[0]), 70)}`;
  const known = result.knownRed === undefined ? '' : paint.yellow('  known red');
  return ` ${verdictMark(result.verdict, paint)} ${result.scenario.padEnd(16)} seed ${result.seed.padEnd(8)} ${formatDuration(result.wallMs).padStart(7)}  ${formatNumber(ratioOf(result)).padStart(6)} ×  ${result.fingerprint}${known}${why}`;
}

function plainLine(options: TerminalOptions): (line: string) => string {
  return (line) => (options.colour ? line : plainText(line)).trimEnd();
}

function verdictMark(verdict: Verdict, paint: Paint): string {
  return paintVerdict(verdict, paint)(marks[verdict]);
}

export function paintVerdict(verdict: Verdict, paint: Paint): (text: string) => string {
  switch (verdict) {
    case 'passed':
      return paint.green;
    case 'failed':
    case 'nondeterministic':
      return paint.red;
    case 'unknown':
      return paint.yellow;
  }
}

function verdictBlock(result: RunResult, paint: Paint): string[] {
  const tools = formatNumber(result.figures['tools'] ?? 0);
  const verdict = paintVerdict(
    result.verdict,
    paint,
  )(paint.bold(`${marks[result.verdict]} ${result.verdict.toUpperCase()}`));
  const broken = result.rules.filter((rule) => rule.violationCount > 0).length;
  const tested = result.rules.filter((rule) => rule.checked > 0).length;
  const bitten = result.faults.filter((fault) => !fault.vacuous).length;
  return [
    `${verdict}  ${paint.bold(result.scenario)}  ${tools} tools  seed ${result.seed}${result.plant === undefined ? '' : paint.magenta(`  planted bug: ${result.plant}`)}`,
    `  ${formatDuration(result.virtualUs / 1000)} of fab time in ${formatDuration(result.wallMs)} (${formatNumber(ratioOf(result))} × real time, ${formatNumber(result.events)} events)  fingerprint ${result.fingerprint}`,
    `  ${tested} of ${result.rules.length} rules put to the test, ${broken} broken · ${bitten} of ${result.faults.length} faults bit · ${formatNumber(result.figures['contextsProcessed'] ?? 0)} contexts judged`,
    ...(result.knownRed === undefined
      ? []
      : [`  ${paint.yellow(`known red: ${plainText(result.knownRed)}`)}`]),
    ...(result.invalid ?? []).map(
      (rule) => `  ${paint.yellow(`invalid settings, run on purpose: ${plainText(rule)}`)}`,
    ),
    ...result.reasons
      .slice(0, 6)
      .map((reason) => `  ${paintVerdict(result.verdict, paint)('!')} ${plainText(reason)}`),
  ];
}

function heading(text: string, paint: Paint): string {
  return paint.bold(`█ ${text}`);
}

function dayBlock(milestones: readonly Milestone[], options: TerminalOptions, paint: Paint): string[] {
  const told = options.summary === 'full' ? milestones : milestones.filter((entry) => !isMinor(entry));
  const most = options.summary === 'full' ? Infinity : compactMilestones;
  const shown = told.slice(0, most).map(({ timeUs, text, level }) => {
    const line = clip(plainText(text), width - 14);
    return `  ${paint.dim(formatClock(timeUs))}  ${paintLevel(level, paint)(line)}`;
  });
  const left = told.length - shown.length;
  const more = left > 0 ? [`  … and ${left} more (--summary full)`] : [];
  return [heading('THE DAY', paint), ...shown, ...more];
}

function isMinor({ text }: Milestone): boolean {
  return / over, \d+ hits$/.test(text) || text.startsWith('phase: ');
}

function paintLevel(level: Milestone['level'], paint: Paint): (text: string) => string {
  switch (level) {
    case 'info':
      return (text) => text;
    case 'fault':
      return paint.magenta;
    case 'warning':
      return paint.yellow;
    case 'success':
      return paint.green;
  }
}

function faultBlock(faults: readonly FaultOutcome[], paint: Paint): string[] {
  if (faults.length === 0) return [heading('FAULTS', paint), '  none planned'];
  const rows = faults.map((fault) => {
    const length = fault.endMs === undefined ? 'once' : formatDuration(fault.endMs - fault.startMs);
    const row = `  ${fault.id.padEnd(4)} ${fault.kind.padEnd(24)} ${formatClock(fault.startMs * 1000)} ${length.padStart(7)} ${formatNumber(fault.hits).padStart(8)} hits  `;
    const moment = fault.at === undefined ? '' : `at ${describeMoment(fault.at)}: `;
    const targets = clip(listed(fault.targets), width - row.length);
    return fault.vacuous
      ? paint.yellow(`${row}${moment}vacuous: ${vacuity(fault)}`)
      : `${row}${moment}${targets}`;
  });
  return [heading('FAULTS', paint), ...rows];
}

function vacuity(fault: FaultOutcome): string {
  if (fault.state === 'planned') return 'never injected';
  return fault.targets.length === 0 ? 'nothing to hit' : 'it never bit';
}

function listed(names: readonly string[]): string {
  return names.length <= 3
    ? names.join(', ')
    : `${names.slice(0, 2).join(', ')} and ${names.length - 2} more`;
}

function ruleBlock(rules: readonly RuleOutcome[], paint: Paint): string[] {
  const column = Math.max(0, ...rules.map((rule) => rule.title.length));
  return [
    heading('RULES', paint),
    ...rules.map((rule) => {
      const excused = Object.values(rule.excused).reduce((sum, count) => sum + count, 0);
      const count = rule.checked === 0 ? 'not at risk' : `${formatNumber(rule.checked)} checked`;
      const text = `${rule.title.padEnd(column)} ${count.padStart(16)}${excused > 0 ? `  ${excused} excused` : ''}`;
      if (rule.violationCount > 0)
        return paint.red(`  ✗ ${text}  ${formatNumber(rule.violationCount)} broken`);
      return rule.checked === 0 ? paint.dim(`  · ${text}`) : `  ${paint.green('✓')} ${text}`;
    }),
  ];
}

function goalBlock(result: RunResult, paint: Paint): string[] {
  const rows = result.goals.map(({ goal, count, required }) => {
    const text = `${goal.padEnd(50)} ${formatNumber(count).padStart(10)} ×`;
    if (count > 0) return `  ${paint.green('✓')} ${text}`;
    return required ? paint.yellow(`  ? ${text}  never happened`) : paint.dim(`  · ${text}`);
  });
  return [heading('GOALS', paint), ...rows];
}

/** The Defenders below their heading, in scenarios about them. */
function clusterBlock(result: RunResult, paint: Paint): string[] {
  const [title, ...rows] = clusterLines(result);
  return title === undefined ? [] : ['', heading(title, paint), ...rows];
}

/** The grid of moments × faults below its heading, where the runs have one. */
export function momentBlock(results: readonly RunResult[], paint: Paint): string[] {
  const [title, ...rows] = momentGridLines(results);
  return title === undefined ? [] : ['', heading(title, paint), ...rows];
}

function figureBlock(result: RunResult, options: TerminalOptions, paint: Paint): string[] {
  const { figures, detection } = result;
  const value = (name: string): string => formatNumber(figures[name] ?? 0);
  const rows = [
    `requests ${value('requestsAcknowledged')} (${value('toolRetries')} retries) · points ${value('pointsAcknowledged')} · contexts ${value('contextsCompleted')}, redelivered ${value('redeliveries')}`,
    `delivery to ack: p50 ${value('processingP50Ms')} ms, p95 ${value('processingP95Ms')} ms, p99 ${value('processingP99Ms')} ms, max ${value('processingMaxMs')} ms`,
    `T-charts ${value('bytesPerPoint')} bytes a point · cache hits ${percent(figures['cacheHits'] ?? 0, figures['cacheLookups'] ?? 0)} · rebalances ${value('rebalances')}`,
    `detection: ${detection.abnormalAlarmed} of ${detection.abnormal} abnormal contexts raised an alarm (${percent(detection.abnormalAlarmed, detection.abnormal)}), ${detection.normalAlarmed} of ${detection.normal} normal ones did (${percent(detection.normalAlarmed, detection.normal)})`,
    `statistics: ${formatNumber(detection.compared)} compared with a fault-free computation, ${detection.different === 0 ? 'all equal' : `${detection.different} differ`}`,
  ];
  if (detection.wafers !== undefined) rows.push(waferLine(detection.wafers));
  const all =
    options.summary === 'full'
      ? Object.entries(figures).map(([name, figure]) => `${name.padEnd(34)} ${formatNumber(figure)}`)
      : [];
  return [heading('FIGURES', paint), ...[...rows, ...all].map((row) => `  ${row}`)];
}

function waferLine(wafers: NonNullable<RunResult['detection']['wafers']>): string {
  const abnormal = wafers.filter((wafer) => wafer.abnormal);
  const normal = wafers.filter((wafer) => !wafer.abnormal);
  const alarmed = (list: typeof wafers): number => list.filter((wafer) => wafer.alarms > 0).length;
  return `wafers: ${alarmed(abnormal)} of ${abnormal.length} abnormal raised an alarm, ${alarmed(normal)} of ${normal.length} normal did`;
}

function failureBlock(result: RunResult, paint: Paint): string[] {
  const lines = [heading(result.verdict === 'unknown' ? 'WHY IT IS NOT KNOWN' : 'FAILURES', paint)];
  if (result.rules.every((rule) => rule.violationCount === 0)) {
    lines.push(...result.reasons.map((reason) => `  ${plainText(reason)}`));
  }
  for (const rule of result.rules) {
    for (const violation of rule.violations.slice(0, 3)) {
      lines.push(
        `  ${paint.red(`[${violation.rule}]`)} ${rule.kind} at ${formatClock(violation.timeUs)} (t=${(violation.timeUs / 1e6).toFixed(3)} s, event #${violation.event})`,
        `    ${plainText(violation.message)}`,
        `    faults around: ${violation.faults.length === 0 ? 'none' : faultsAround(violation.faults, result.faults)}`,
      );
    }
    if (rule.violationCount > 3)
      lines.push(`    … and ${formatNumber(rule.violationCount - 3)} more of ${rule.rule}`);
  }
  return lines;
}

function faultsAround(ids: readonly string[], faults: readonly FaultOutcome[]): string {
  return ids
    .map((id) => {
      const fault = faults.find((known) => known.id === id);
      return fault === undefined ? id : `${id} ${fault.kind} from ${formatClock(fault.startMs * 1000)}`;
    })
    .join(' · ');
}

export function clip(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, Math.max(1, most - 1))}…`;
}
