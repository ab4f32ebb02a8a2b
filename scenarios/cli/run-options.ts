import { readFileSync, statSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { Option, type Command } from 'commander';
import { formatPlanError, parsePlan } from '../../chaos/parse-plan.ts';
import { suggestion } from '../../chaos/nearest.ts';
import { planLimits, type Plan } from '../../chaos/plan.ts';
import { catalog } from '../catalog/index.ts';
import { plants } from '../plants/index.ts';
import { prepare } from '../runner.ts';
import { ScenarioError } from '../scenario-error.ts';
import type { RunRequest } from '../run-result.ts';
import { parseDesign } from '../studies/design-grid.ts';
import type { Design } from '../studies/design-setting.ts';
import { readTraces } from '../traces/trace-file.ts';
import type { TraceSet } from '../traces/trace-set.ts';
import { InputError } from './input-error.ts';
import { chooseSeed, seedAt, type SeedChoice } from './seed.ts';

/** Flags of `run` and `replay` as commander hands them over. */
export interface RunFlags {
  readonly seed?: string;
  readonly seeds: string;
  readonly set: readonly string[];
  readonly plan?: string;
  readonly plant?: string;
  readonly traces?: string;
  readonly defender: readonly string[];
  readonly allowInvalid: boolean;
  readonly workers?: string;
  readonly timeout?: string;
  readonly strict: boolean;
  readonly verifyDeterminism?: string;
  readonly trace: 'on' | 'off' | 'on-failure';
  readonly output: string;
  readonly summary: 'compact' | 'full' | 'disabled';
  readonly color: 'auto' | 'always' | 'never';
  readonly json: boolean;
  readonly quiet: boolean;
  readonly printConfig: boolean;
}

/** Where the value of a flag came from, by its name in `RunFlags`. */
export type FlagOrigins = Readonly<Record<string, FlagOrigin>>;
export type FlagOrigin = 'flag' | 'environment' | 'default';

export function collectPairs(value: string, before: readonly string[]): readonly string[] {
  return [...before, ...value.split(',')];
}

/** Each flag is also an environment variable `SCENARIO_…`; the flag wins. */
export function addRunOptions(command: Command): Command {
  const option = (flags: string, text: string, variable: string): Option =>
    new Option(flags, text).env(`SCENARIO_${variable}`);
  return command
    .addOption(
      option('--seed <seed>', 'unsigned 64 bits, decimal or 0x… (default: 1; in CI from the commit)', 'SEED'),
    )
    .addOption(option('--seeds <count>', 'runs with so many seeds, from the first on', 'SEEDS').default('1'))
    .addOption(
      option('--set <name=value>', 'a value of the scenario; repeatable, or several with commas', 'SET')
        .argParser(collectPairs)
        .default([]),
    )
    .addOption(option('--plan <file>', 'a plan of faults (JSON) in place of the scenario’s own', 'PLAN'))
    .addOption(option('--plant <name>', 'puts a known bug in', 'PLANT'))
    .addOption(option('--traces <file>', 'recorded wafers (CSV) that the tools play', 'TRACES'))
    .addOption(
      option(
        '--defender <name=value>',
        'a setting of the Defenders; repeatable, or several with commas',
        'DEFENDER',
      )
        .argParser(collectPairs)
        .default([]),
    )
    .addOption(
      option(
        '--allow-invalid',
        'runs settings of the Defenders that break their protocol; the report says so',
        'ALLOW_INVALID',
      ).default(false),
    )
    .addOption(option('-j, --workers <count>', 'worker threads, or a share of the cores as 50%', 'WORKERS'))
    .addOption(option('--timeout <seconds>', 'wall time for one run; a longer one ends all', 'TIMEOUT'))
    .addOption(
      option('--strict', 'a fault that never bit makes the verdict unknown', 'STRICT').default(false),
    )
    .addOption(
      option(
        '--verify-determinism <share>',
        'share of passing runs executed twice, 0% to 100% (failing ones always are)',
        'VERIFY_DETERMINISM',
      ),
    )
    .addOption(
      option('--trace <when>', 'keeps the history of a run', 'TRACE')
        .choices(['on', 'off', 'on-failure'])
        .default('on-failure'),
    )
    .addOption(option('-o, --output <folder>', 'where results go', 'OUTPUT').default('results'))
    .addOption(
      option('--summary <form>', 'how much is printed', 'SUMMARY')
        .choices(['compact', 'full', 'disabled'])
        .default('compact'),
    )
    .addOption(
      option('--color <when>', 'colours', 'COLOR').choices(['auto', 'always', 'never']).default('auto'),
    )
    .addOption(
      option('--json', 'results as JSON on standard output, all else on standard error', 'JSON').default(
        false,
      ),
    )
    .addOption(option('-q, --quiet', 'no progress', 'QUIET').default(false))
    .addOption(
      option(
        '--print-config',
        'says every effective value with its origin, and runs nothing',
        'PRINT_CONFIG',
      ).default(false),
    );
}

export interface RunPlanning {
  readonly requests: readonly RunRequest[];
  readonly seedChoice: SeedChoice;
  readonly workers: number;
  readonly timeoutMs: number | undefined;
  /** 0 to 1; undefined: the default for the number of runs. */
  readonly verifyShare: number;
  /** A run whose fingerprint shall come out again, for `replay`. */
  readonly recorded?: RecordedRun;
}

export interface RecordedRun {
  readonly fingerprint: string;
  /** The record was made by this very code: another fingerprint is then nondeterminism. */
  readonly sameCode: boolean;
}

/** All flags, checked: whatever is wrong is an `InputError`, and nothing has run. */
export async function planRuns(scenario: string, flags: RunFlags): Promise<RunPlanning> {
  if (!catalog.some((known) => known.name === scenario)) {
    const names = catalog.map((known) => known.name);
    throw new InputError(
      `unknown scenario ${scenario}${suggestion(scenario, names)}; expected one of ${names.join(', ')}`,
    );
  }
  const seedChoice = chooseSeed(flags.seed, process.env);
  const seeds = wholeNumber('--seeds', flags.seeds, 1, 100_000);
  const overrides = parseOverrides(flags.set, scenario);
  if (flags.plant !== undefined && !plants.some((plant) => plant.name === flags.plant)) {
    const names = plants.map((plant) => plant.name);
    throw new InputError(
      `unknown plant ${flags.plant}${suggestion(flags.plant, names)}; expected one of ${names.join(', ')}`,
    );
  }
  const defender = settingsOf(flags.defender);
  const plan = flags.plan === undefined ? undefined : readPlan(flags.plan);
  if (flags.traces !== undefined) await checkTraces(flags.traces);
  const requests = Array.from({ length: seeds }, (_, index): RunRequest => ({
    scenario,
    seed: seedAt(seedChoice.seed, index),
    overrides,
    ...(plan === undefined ? {} : { plan }),
    ...(flags.plant === undefined ? {} : { plant: flags.plant }),
    ...(flags.traces === undefined ? {} : { traces: flags.traces }),
    ...(flags.defender.length === 0 ? {} : { defender }),
    ...(flags.allowInvalid ? { allowInvalid: true } : {}),
  }));
  const [first] = requests;
  if (first !== undefined) checkRequest(first);
  return {
    requests,
    seedChoice,
    workers: parseWorkers(flags.workers, seeds),
    timeoutMs:
      flags.timeout === undefined ? undefined : wholeNumber('--timeout', flags.timeout, 1, 604_800) * 1000,
    verifyShare:
      flags.verifyDeterminism === undefined ? (seeds >= 20 ? 0.05 : 0) : parseShare(flags.verifyDeterminism),
  };
}

function settingsOf(pairs: readonly string[]): Design {
  try {
    return parseDesign('--defender', pairs);
  } catch (error) {
    if (error instanceof ScenarioError) throw new InputError(error.message, { cause: error });
    throw error;
  }
}

/** Impossible worlds and unknown values are found before anything runs. */
export function checkRequest(request: RunRequest): void {
  try {
    prepare(request);
  } catch (error) {
    if (error instanceof ScenarioError) throw new InputError(error.message, { cause: error });
    throw error;
  }
}

export function parseOverrides(pairs: readonly string[], scenario: string): Record<string, string> {
  const overrides: Record<string, string> = {};
  const known =
    catalog.find((candidate) => candidate.name === scenario)?.parameters.map(({ name }) => name) ?? [];
  for (const pair of pairs) {
    const equals = pair.indexOf('=');
    if (equals <= 0) throw new InputError(`--set ${pair}: expected name=value, for example tools=150`);
    const name = pair.slice(0, equals);
    if (!known.includes(name)) {
      throw new InputError(
        `--set ${pair}: ${scenario} has no value ${name}${suggestion(name, known)}; expected one of ${known.join(', ')}`,
      );
    }
    overrides[name] = pair.slice(equals + 1);
  }
  return overrides;
}

/** Reads and parses a plan file. Throws an `InputError` with file, line, column and what was expected. */
export function readPlan(file: string): Plan {
  let text: string;
  try {
    const status = statSync(file);
    if (!status.isFile()) throw new InputError(`${file}: is no regular file; expected a plan in JSON`);
    if (status.size > planLimits.bytes) {
      throw new InputError(
        `${file}: has ${status.size} bytes; expected a plan of at most ${planLimits.bytes} bytes`,
      );
    }
    text = new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(file));
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw new InputError(
      `${file}: cannot be read: ${error instanceof Error ? error.message : String(error)}; expected a plan in JSON, UTF-8`,
      { cause: error },
    );
  }
  const outcome = parsePlan(text, file);
  if (outcome.ok) return outcome.plan;
  throw new InputError(outcome.errors.map(formatPlanError).join('\n'));
}

/** Throws an `InputError` that lists everything found wrong with a trace file. */
export async function checkTraces(file: string): Promise<TraceSet> {
  const outcome = await readTraces(file);
  if (outcome.ok) return outcome.traces;
  throw new InputError(
    outcome.problems
      .map(
        ({ line, column, message, expected }) =>
          `${file}${line === 0 ? '' : `:${line}:${column}`}: ${message} (expected ${expected})`,
      )
      .join('\n'),
  );
}

export function wholeNumber(flag: string, text: string, low: number, high: number): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < low || value > high) {
    throw new InputError(`${flag} ${text}: expected a whole number from ${low} to ${high}`);
  }
  return value;
}

function parseShare(text: string): number {
  const match = /^(\d{1,3}(?:\.\d+)?)%?$/.exec(text);
  const share = match === null ? NaN : Number(match[1]) / 100;
  if (!(share >= 0 && share <= 1))
    throw new InputError(`--verify-determinism ${text}: expected a share from 0% to 100%`);
  return share;
}

export function parseWorkers(text: string | undefined, runs: number): number {
  const cores = availableParallelism();
  if (text === undefined) return Math.max(1, Math.min(runs, cores));
  if (text.endsWith('%'))
    return Math.max(1, Math.floor((cores * wholeNumber('--workers', text.slice(0, -1), 1, 400)) / 100));
  return wholeNumber('--workers', text, 1, 256);
}
