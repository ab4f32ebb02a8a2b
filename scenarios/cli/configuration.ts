import type { PlannedFault } from '../../chaos/plan.ts';
import { describeMoment } from '../../chaos/planned-moment.ts';
import { prepare } from '../runner.ts';
import type { FlagOrigins, RunFlags, RunPlanning } from './run-options.ts';

export interface ConfigurationRow {
  readonly name: string;
  readonly value: string;
  readonly origin: string;
}

/** Every effective value of an invocation with its origin, for `--print-config` and `run.json`. */
export function configurationRows(
  scenario: string,
  flags: RunFlags,
  origins: FlagOrigins,
  planning: RunPlanning,
): ConfigurationRow[] {
  const origin = (name: keyof RunFlags): string => origins[name] ?? 'default';
  const given = (name: keyof RunFlags, value: string | undefined): ConfigurationRow => ({
    name,
    value: value ?? 'none',
    origin: origin(name),
  });
  const [first] = planning.requests;
  if (first === undefined) return [];
  const { values, setup, plan } = prepare(first);
  const { timeoutMs } = planning;
  return [
    { name: 'scenario', value: scenario, origin: 'argument or default' },
    {
      name: 'seed',
      value: `0x${planning.seedChoice.seed.toString(16)}`,
      origin: seedOrigin(origins, planning),
    },
    given('seeds', String(planning.requests.length)),
    given('workers', String(planning.workers)),
    given('timeout', timeoutMs === undefined ? undefined : `${timeoutMs / 1000} s`),
    given('verifyDeterminism', `${planning.verifyShare * 100}%`),
    given('strict', String(flags.strict)),
    given('plan', flags.plan),
    given('plant', flags.plant),
    given('traces', flags.traces),
    given('defender', flags.defender.length === 0 ? undefined : flags.defender.join(',')),
    given('allowInvalid', String(flags.allowInvalid)),
    given('trace', flags.trace),
    given('output', flags.output),
    given('summary', flags.summary),
    given('color', flags.color),
    given('json', String(flags.json)),
    given('quiet', String(flags.quiet)),
    ...Object.entries(values).map(([name, value]: [string, number]) => ({
      name,
      value: String(value),
      origin: name in first.overrides ? `set, ${origin('set')}` : 'scenario',
    })),
    ...plan.faults.map((fault) => ({
      name: `fault ${fault.id}`,
      value: `${fault.kind} ${JSON.stringify(fault.parameters)} ${timeOf(fault)}`,
      origin: faultOrigin(flags, setup.fixedFaults.includes(fault)),
    })),
  ];
}

function timeOf({ startMs, endMs, at }: PlannedFault): string {
  if (at !== undefined) return `at ${describeMoment(at)} (${at.target}), waited for from ${startMs} ms`;
  return `at ${startMs} ms${endMs === undefined ? '' : ` to ${endMs} ms`}`;
}

function seedOrigin(origins: FlagOrigins, { seedChoice }: RunPlanning): string {
  const origin = origins['seed'];
  return origin === undefined || origin === 'default' ? seedChoice.origin : origin;
}

function faultOrigin(flags: RunFlags, fixed: boolean): string {
  if (flags.plan !== undefined) return flags.plan;
  if (fixed) return 'scenario';
  return flags.plant === undefined ? 'drawn from the seed' : `plant ${flags.plant}`;
}

export function formatConfiguration(rows: readonly ConfigurationRow[], json: boolean): string {
  if (json) return `${JSON.stringify(rows, undefined, 2)}\n`;
  return rows.map(({ name, value, origin }) => `${name.padEnd(20)} ${value}  (${origin})\n`).join('');
}
