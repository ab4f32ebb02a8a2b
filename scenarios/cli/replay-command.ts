import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { formatPlanError, parsePlan } from '../../chaos/parse-plan.ts';
import { formatPlan } from '../../chaos/plan.ts';
import type { RunRequest, RunResult } from '../run-result.ts';
import { Campaign } from './campaign.ts';
import { configurationRows, formatConfiguration } from './configuration.ts';
import { exitCodes, type ExitCode } from './exit-code.ts';
import { InputError } from './input-error.ts';
import { runCommand } from './run-command.ts';
import { checkRequest, checkTraces, planRuns, type FlagOrigins, type RunFlags } from './run-options.ts';
import { commitHash, isDirty, parseSeed } from './seed.ts';

/** What a record says about a run; flags that say it too would contradict it. */
const recordedFlags = [
  'seed',
  'seeds',
  'set',
  'plan',
  'plant',
  'traces',
  'defender',
  'allowInvalid',
] as const;

/**
 * `replay`: `scenario#seed`, or a results folder (or a `result.json` in it). A recorded run is executed twice with the
 * plan that was kept: the two must agree, and are compared with the record. Throws an `InputError` for bad input.
 */
export async function replayCommand(
  subject: string,
  flags: RunFlags,
  origins: FlagOrigins,
): Promise<ExitCode> {
  const moment = /^([a-z0-9-]+)#(.+)$/.exec(subject);
  if (moment !== null) {
    const [, scenario = '', seed = ''] = moment;
    const replayed = { ...flags, seed: parseSeed(seed).toString(), seeds: '1', verifyDeterminism: '100%' };
    return await runCommand(scenario, replayed, { ...origins, seed: 'flag' });
  }
  for (const flag of recordedFlags) {
    if (origins[flag] === 'flag') {
      throw new InputError(`--${flag}: the record of ${subject} says it; expected replay without it`);
    }
  }
  const { file, result } = await readRecord(subject);
  const request = await requestOf(result, subject);
  const planned = await planRuns(request.scenario, {
    ...withoutRecorded(flags),
    seed: result.seed,
    verifyDeterminism: '100%',
  });
  const planning = {
    ...planned,
    requests: [request],
    seedChoice: { seed: request.seed, origin: 'recorded' },
    recorded: { fingerprint: result.fingerprint, sameCode: isSameCode(file) },
  };
  const configuration = configurationRows(request.scenario, flags, origins, planning);
  if (flags.printConfig) {
    process.stdout.write(formatConfiguration(configuration, flags.json));
    return exitCodes.ok;
  }
  return await new Campaign(flags, planning, configuration).run();
}

function withoutRecorded(flags: RunFlags): RunFlags {
  const { plan: _plan, plant: _plant, traces: _traces, ...rest } = flags;
  return { ...rest, seeds: '1', set: [], defender: [], allowInvalid: false };
}

async function requestOf(recorded: RunResult, subject: string): Promise<RunRequest> {
  const outcome = parsePlan(formatPlan(recorded.plan), `plan of ${subject}`);
  if (!outcome.ok) {
    throw new InputError(
      `the recorded plan no longer fits:\n${outcome.errors.map(formatPlanError).join('\n')}`,
    );
  }
  if (recorded.traces !== undefined) await checkTraces(recorded.traces);
  const request: RunRequest = {
    scenario: recorded.scenario,
    seed: parseSeed(recorded.seed),
    overrides: recorded.overrides,
    plan: outcome.plan,
    ...(recorded.plant === undefined ? {} : { plant: recorded.plant }),
    ...(recorded.traces === undefined ? {} : { traces: recorded.traces }),
    ...(recorded.defender === undefined ? {} : { defender: recorded.defender }),
    ...(recorded.invalid === undefined ? {} : { allowInvalid: true }),
  };
  checkRequest(request);
  return request;
}

interface RunRecord {
  readonly file: string;
  readonly result: RunResult;
}

/** The one result of a folder, or its first that did not pass. */
async function readRecord(subject: string): Promise<RunRecord> {
  if (!existsSync(subject)) {
    throw new InputError(`${subject}: not found; expected scenario#seed, a results folder or a result.json`);
  }
  const files = statSync(subject).isDirectory() ? resultFiles(subject) : [subject];
  const records: RunRecord[] = [];
  for (const file of files) records.push({ file, result: await parseResult(file) });
  const chosen = records.find(({ result }) => result.verdict !== 'passed') ?? records[0];
  if (chosen === undefined) {
    throw new InputError(`${subject}: holds no result.json; expected a results folder`);
  }
  return chosen;
}

function resultFiles(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /(^|[/\\])result\.json$/.test(name))
    .toSorted((left, right) => (left < right ? -1 : 1))
    .map((name) => join(folder, name));
}

async function parseResult(file: string): Promise<RunResult> {
  // The schema library is slow to load, and only this command needs it.
  const { explainMismatch, runSchema } = await import('../../reports/results-schema.ts');
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new InputError(
      `${file}: ${error instanceof Error ? error.message : String(error)}; expected a result.json`,
      { cause: error },
    );
  }
  const checked = runSchema.safeParse(value);
  if (checked.success) return value as RunResult;
  throw new InputError(`${file}: no result of a run: ${explainMismatch(checked.error)}`);
}

/** By the `run.json` above the result: the same commit then and now, and neither changed. */
function isSameCode(file: string): boolean {
  try {
    const about: unknown = JSON.parse(
      readFileSync(join(dirname(file), '..', '..', '..', 'run.json'), 'utf8'),
    );
    if (typeof about !== 'object' || about === null || !('commit' in about) || !('dirty' in about))
      return false;
    return about.dirty === false && isDirty() === false && about.commit === commitHash();
  } catch {
    return false;
  }
}
