import { formatDuration, percent } from '../../reports/format.ts';
import type { Outcome } from './outcome.ts';
import { groupOf, isAtRisk, metState, type DistributionRow, type Exploration } from './summary.ts';

const worstShown = 10;
const listed = 20;

/** A report in parts, printed as text or written as Markdown. */
interface Part {
  readonly title: string;
  readonly lines: readonly string[];
  readonly table?: { readonly head: readonly string[]; readonly rows: readonly (readonly string[])[] };
}

/** For a terminal. */
export function exploreText(exploration: Exploration): string {
  return `${partsOf(exploration)
    .map(({ title, lines, table }) =>
      [title.toUpperCase(), ...lines, ...(table === undefined ? [] : columns(table))].join('\n  '),
    )
    .join('\n\n')}\n`;
}

/** For a page. */
export function exploreMarkdown(exploration: Exploration): string {
  const parts = partsOf(exploration).map(({ title, lines, table }) => {
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

function partsOf(exploration: Exploration): readonly Part[] {
  const { outcomes } = exploration;
  return [
    headPart(exploration),
    {
      title: 'Time to safe, from the order',
      lines: [],
      table: {
        head: ['level', 'in the way', 'until', 'cases', 'p50', 'p95', 'max', 'never'],
        rows: exploration.distributions.map((row) => distributionRow(row)),
      },
    },
    boundPart(exploration),
    worstPart(outcomes),
    rulesPart(outcomes),
    returnedPart(outcomes),
    reachedPart(exploration),
  ];
}

function headPart({ seed, tools, states, outcomes }: Exploration): Part {
  const met = outcomes.filter((outcome) => outcome.met).length;
  const nothing = outcomes.filter((outcome) => outcome.bound === 'nothing-to-do').length;
  const atRisk = outcomes.filter((outcome) => isAtRisk(outcome)).length;
  return {
    title: 'Explored',
    lines: [
      `${tools} tools, seed ${seed}: ${states.length} states on the way, ${outcomes.length} rollbacks`,
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

function boundPart({ outcomes, boundMs }: Exploration): Part {
  const count = (bound: Outcome['bound']): number =>
    outcomes.filter((outcome) => outcome.bound === bound).length;
  const over = outcomes.filter(({ bound }) => bound === 'late' || bound === 'missed');
  const byState = new Map<string, Outcome[]>();
  for (const outcome of over) {
    const faults = outcome.aim.faults.length === 0 ? '' : ` + ${outcome.aim.faults.join(' + ')}`;
    const key = `${outcome.level} out of ${metState(outcome) ?? outcome.id}${faults}`;
    byState.set(key, [...(byState.get(key) ?? []), outcome]);
  }
  const rows = [...byState].map(([state, cases]) => {
    const worst = worstFirst(cases)[0];
    return [
      state,
      cases.some(({ bound }) => bound === 'missed') ? 'rule broken' : 'late',
      time(worst?.safeMs ?? null),
      [...new Set(cases.flatMap((outcome) => reasonsOf(outcome)))].join('; '),
    ];
  });
  return {
    title: `States from which the bound of ${formatDuration(boundMs)} is missed`,
    lines: [
      `kept ${count('kept')}, late without breaking a rule ${count('late')}, rule broken ${count('missed')}`,
    ],
    table: { head: ['rollback', 'how', 'safe after', 'because of'], rows },
  };
}

/** The rule judges gateways that can be reached, from when the controller has the order. */
function reasonsOf({ excusedBy, safety }: Outcome): readonly string[] {
  if (excusedBy.length > 0) return excusedBy;
  if (safety?.gateway === 'cut-off' || safety?.gateway === 'stale') return ['a gateway could not be reached'];
  return safety?.begunMs === null || (safety?.begunMs ?? 0) > 1000
    ? ['the order came late to the controller']
    : ['no gateway that could be reached was late'];
}

/** Never safe first, then the slowest. */
function worstFirst(outcomes: readonly Outcome[]): readonly Outcome[] {
  const weight = (outcome: Outcome): number => outcome.safeMs ?? Number.MAX_SAFE_INTEGER;
  return outcomes.toSorted(
    (left, right) => weight(right) - weight(left) || (left.id < right.id ? -1 : left.id > right.id ? 1 : 0),
  );
}

function worstPart(outcomes: readonly Outcome[]): Part {
  const judged = outcomes.filter(({ bound }) => bound !== 'nothing-to-do');
  const lines = worstFirst(judged)
    .slice(0, worstShown)
    .flatMap((outcome) => [
      `${time(outcome.safeMs)}: ${outcome.level} out of ${metState(outcome) ?? 'nowhere'} (${groupOf(outcome)})`,
      `replay ${outcome.replay}`,
    ]);
  return { title: 'Worst cases', lines };
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
