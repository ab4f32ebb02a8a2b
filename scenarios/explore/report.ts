import { formatDuration, percent } from '../../reports/format.ts';
import type { Outcome } from './outcome.ts';
import {
  groupOf,
  isAtRisk,
  metState,
  safeAfterCutMs,
  type DistributionRow,
  type Exploration,
} from './summary.ts';

const listed = 20;
/** States that a line of a terminal names. */
const namedInText = 6;

/** A report in parts, printed as text or written as Markdown. */
interface Part {
  readonly title: string;
  readonly lines: readonly string[];
  readonly table?: { readonly head: readonly string[]; readonly rows: readonly (readonly string[])[] };
}

/** For a terminal. */
export function exploreText(exploration: Exploration): string {
  return `${partsOf(exploration, { isBrief: true })
    .map(({ title, lines, table }) =>
      [title.toUpperCase(), ...lines, ...(table === undefined ? [] : columns(table))].join('\n  '),
    )
    .join('\n\n')}\n`;
}

/** For a page. */
export function exploreMarkdown(exploration: Exploration): string {
  const parts = partsOf(exploration, { isBrief: false }).map(({ title, lines, table }) => {
    const row = (cells: readonly string[]): string =>
      `| ${cells.map((cell) => cell.replaceAll('|', String.raw`\|`)).join(' | ')} |`;
    const rows =
      table === undefined
        ? []
        : [row(table.head), row(table.head.map(() => '---')), ...table.rows.map((cells) => row(cells))];
    return [`## ${title}`, '', ...lines.map((line) => `- ${line}`), '', ...rows].join('\n').trimEnd();
  });
  return `# Rollback from everywhere\n\n${parts.join('\n\n')}\n`;
}

function columns({ head, rows }: NonNullable<Part['table']>): string[] {
  const widths = head.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => (row[column] ?? '').length)),
  );
  return [head, ...rows].map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

/** `isBrief`: without the figures of each kind of trouble, and with some of many states. */
function partsOf(exploration: Exploration, { isBrief }: { readonly isBrief: boolean }): readonly Part[] {
  const { outcomes } = exploration;
  const shown = exploration.distributions.filter(
    ({ group, figure }) => !isBrief || group === 'all' || figure === 'safe',
  );
  return [
    headPart(exploration),
    {
      title: 'Time to safe, from the order',
      lines: [],
      table: {
        head: ['level', 'in the way', 'until', 'cases', 'p50', 'p95', 'max', 'never'],
        rows: shown.map((row) => distributionRow(row)),
      },
    },
    boundPart(exploration, isBrief ? namedInText : Number.POSITIVE_INFINITY),
    worstPart(outcomes),
    rulesPart(outcomes),
    returnedPart(outcomes),
    reachedPart(exploration),
  ];
}

function headPart({ seed, scale, tools, states, outcomes }: Exploration): Part {
  const met = outcomes.filter((outcome) => outcome.met).length;
  const nothing = outcomes.filter((outcome) => outcome.bound === 'nothing-to-do').length;
  const atRisk = outcomes.filter((outcome) => isAtRisk(outcome)).length;
  return {
    title: 'Explored',
    lines: [
      `scale ${scale}, ${tools} tools, seed ${seed}: ${states.length} states on the way, ${outcomes.length} rollbacks`,
      `${met} met the state that was aimed at (${percent(met, outcomes.length)})`,
      `${nothing} had nothing to take back (L2 without a canary, L3 without a release, an old colour on its way down)`,
      `in ${atRisk} tools were at the canary when the order was given: the times below are theirs`,
    ],
  };
}

function distributionRow({
  level,
  group,
  figure,
  count,
  p50Ms,
  p95Ms,
  maxMs,
  never,
}: DistributionRow): string[] {
  return [level, group, figure, String(count), time(p50Ms), time(p95Ms), time(maxMs), String(never)];
}

function time(durationMs: number | null): string {
  return durationMs === null ? '–' : formatDuration(durationMs);
}

function boundPart({ outcomes, boundMs }: Exploration, most: number): Part {
  const count = (bound: Outcome['bound']): number =>
    outcomes.filter((outcome) => outcome.bound === bound).length;
  const over = outcomes.filter(({ bound }) => bound === 'late' || bound === 'missed');
  const soon = over.filter((outcome) => isWithin(safeAfterCutMs(outcome), boundMs)).length;
  const groups = Map.groupBy(over, (outcome) => lateRow(outcome).join('\n'));
  const rows = [...groups.values()].map((cases) => {
    const states = [...new Set(cases.map((outcome) => phaseOf(outcome)))];
    const rest = states.length > most ? [`and ${states.length - most} more`] : [];
    return [
      ...cases.slice(0, 1).flatMap((outcome) => lateRow(outcome)),
      String(cases.length),
      time(worstFirst(cases)[0]?.safeMs ?? null),
      time(slowest(cases.map((outcome) => safeAfterCutMs(outcome)))),
      [...states.slice(0, most), ...rest].join(', '),
    ];
  });
  return {
    title: `States from which the bound of ${formatDuration(boundMs)} is missed`,
    lines: [
      `kept ${count('kept')}, late without breaking a rule ${count('late')}, rule broken ${count('missed')}`,
      `of the ${over.length} that were late, ${soon} were safe within the bound from the end of the last cut before it`,
    ],
    table: {
      head: ['level', 'in the way', 'how', 'because', 'cases', 'safe after', 'after the last cut', 'out of'],
      rows,
    },
  };
}

/** What late cases are told together by. */
function lateRow(outcome: Outcome): readonly string[] {
  const { level, bound, aim } = outcome;
  const inTheWay = aim.faults.length === 0 ? groupOf(outcome) : aim.faults.join(' + ');
  return [level, inTheWay, bound === 'missed' ? 'rule broken' : 'late', reasonOf(outcome)];
}

function isWithin(durationMs: number | null, boundMs: number): boolean {
  return durationMs !== null && durationMs <= boundMs;
}

function slowest(durationsMs: readonly (number | null)[]): number | null {
  return durationsMs.includes(null) ? null : Math.max(...durationsMs.map((durationMs) => durationMs ?? 0));
}

function phaseOf({ safety, id }: Outcome): string {
  return safety === null ? id : `${safety.phase} (${safety.stableColour} stable)`;
}

/** The rule judges gateways that can be reached, from when the controller has the order. */
function reasonOf({ excusedBy, safety }: Outcome): string {
  if (excusedBy.length > 0) return excusedBy.join(', ');
  if (safety?.gateway === 'cut-off' || safety?.gateway === 'stale') return 'a gateway could not be reached';
  if (safety?.begunMs === null || (safety?.begunMs ?? 0) > 1000)
    return 'the order came late to the controller';
  return safety?.management === 'unreachable'
    ? 'the controller could not reach Management'
    : 'no gateway that could be reached was late';
}

/** Never safe first, then the slowest. */
function worstFirst(outcomes: readonly Outcome[]): readonly Outcome[] {
  const weight = (outcome: Outcome): number => outcome.safeMs ?? Number.MAX_SAFE_INTEGER;
  return outcomes.toSorted(
    (left, right) => weight(right) - weight(left) || (left.id < right.id ? -1 : left.id > right.id ? 1 : 0),
  );
}

/** The slowest of each kind of trouble, the worst kind first. */
function worstPart(outcomes: readonly Outcome[]): Part {
  const judged = outcomes.filter((outcome) => isAtRisk(outcome));
  const slowestOfEach = [...Map.groupBy(judged, groupOf).values()].flatMap((cases) =>
    worstFirst(cases).slice(0, 1),
  );
  const lines = worstFirst(slowestOfEach).flatMap((outcome) => [
    `${time(outcome.safeMs)}: ${outcome.level} out of ${metState(outcome) ?? 'nowhere'} (${groupOf(outcome)})`,
    `replay ${outcome.replay}`,
  ]);
  return { title: 'Worst cases, by what was in the way', lines };
}

function rulesPart(outcomes: readonly Outcome[]): Part {
  const byRule = new Map<string, Outcome[]>();
  for (const outcome of outcomes) {
    for (const rule of outcome.rulesBroken) byRule.set(rule, [...(byRule.get(rule) ?? []), outcome]);
  }
  const lines = [...byRule].flatMap(([rule, cases]) => [
    `${rule} in ${cases.length} of ${outcomes.length}`,
    ...cases.slice(0, 3).map((outcome) => `replay ${outcome.replay}`),
  ]);
  const unknown = outcomes.filter(({ verdict }) => verdict === 'unknown').length;
  return {
    title: 'All other rules',
    lines: [
      ...(lines.length === 0 ? ['none was broken: nothing was lost, nothing took effect twice'] : lines),
      ...(unknown === 0 ? [] : [`the verdict of ${unknown} is unknown`]),
    ],
  };
}

function returnedPart(outcomes: readonly Outcome[]): Part {
  const cases = outcomes.filter(({ safety }) => (safety?.returnedTools.length ?? 0) > 0);
  return {
    title: 'Tools that came back to the canary (A→B→A)',
    lines:
      cases.length === 0
        ? ['none']
        : cases
            .slice(0, listed)
            .flatMap((outcome) => [
              `${outcome.safety?.returnedTools.join(', ') ?? ''}: ${outcome.id}`,
              `replay ${outcome.replay}`,
            ]),
  };
}

function reachedPart({ reached, neverReached, outcomes }: Exploration): Part {
  const missed = outcomes.filter((outcome) => !outcome.met);
  return {
    title: 'States never reached',
    lines: [
      `${reached.length} of ${reached.length + neverReached.length} states (phase × roles × gateway × Management) were met; the others are listed in explore.json`,
      `phases never met (by stable colour): ${phasesNeverMet(reached, neverReached).join(', ') || 'none'}`,
      ...missed
        .slice(0, listed)
        .map((outcome) => `aimed at ${outcome.id}, met ${metState(outcome) ?? 'nothing'}`),
      ...(missed.length > listed ? [`and ${missed.length - listed} more, in explore.json`] : []),
    ],
  };
}

/** `phase (blue, green)`: with which stable colours a phase was met in no condition. */
export function phasesNeverMet(
  reached: readonly string[],
  neverReached: readonly string[],
): readonly string[] {
  const stem = (state: string): string => state.split(', gateway ')[0] ?? state;
  const met = new Set(reached.map((state) => stem(state)));
  const colours = new Map<string, string[]>();
  for (const state of new Set(neverReached.map((name) => stem(name)))) {
    const [phase = '', stable = ''] = state.split(', ');
    if (!met.has(state)) colours.set(phase, [...(colours.get(phase) ?? []), stable.replace(' stable', '')]);
  }
  return [...colours].map(([phase, stable]) => `${phase} (${stable.join(', ')})`);
}
