import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { formatPlan } from '../../chaos/plan.ts';
import { formatPlanError, parsePlan } from '../../chaos/parse-plan.ts';
import { terminalReport } from '../../reports/terminal.ts';
import type { RunRequest, RunResult } from '../run-result.ts';
import type { RunTrace } from '../runner.ts';
import { exitCodeOf, exitCodes, explain, type ExitCode } from './exit-code.ts';
import { compareRuns } from './compare-runs.ts';
import { InputError } from './input-error.ts';
import { ProgressLine } from './progress-line.ts';
import { runCommand, wantsColour } from './run-command.ts';
import { checkRequest, checkTraces, type RunFlags } from './run-options.ts';
import { parseSeed } from './seed.ts';
import { WorkerPool } from './worker-pool.ts';

type Traced = RunResult & RunTrace;

/**
 * `replay`: `scenario#seed`, or a results folder (or a `result.json` in it). A recorded run is executed twice with the
 * plan that was kept: the two must agree, and are compared with the record.
 */
export async function replayCommand(subject: string, flags: RunFlags): Promise<ExitCode> {
  const moment = /^([a-z0-9-]+)#(.+)$/.exec(subject);
  if (moment !== null) {
    const [, scenario = '', seed = ''] = moment;
    return await runCommand(scenario, {
      ...flags,
      seed: parseSeed(seed).toString(),
      verifyDeterminism: '100%',
    });
  }
  const recorded = readResult(subject);
  const request = await requestOf(recorded, subject);
  const results = await executeTwice(request, flags);
  const [first, second] = results;
  if (first === undefined || second === undefined) throw new Error('the replay did not finish');
  const difference = compareRuns(first, second);
  const same = first.fingerprint === recorded.fingerprint;
  process.stdout.write(
    terminalReport(first, { colour: wantsColour(flags.color, process.stdout), summary: flags.summary }),
  );
  if (difference !== undefined) {
    process.stdout.write(
      `${difference}\n${explain(exitCodes.nondeterminism, [{ ...first, verdict: 'nondeterministic' }])}\n`,
    );
    return exitCodes.nondeterminism;
  }
  process.stdout.write(
    same
      ? `fingerprint as recorded: ${recorded.fingerprint}\n`
      : `fingerprint ${first.fingerprint}, recorded ${recorded.fingerprint}: this code is not the code of the record (two executions of it agree); the recorded plan still fits\n`,
  );
  const code = exitCodeOf(first);
  process.stdout.write(`${explain(code, [first])}\n`);
  return code;
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
  };
  checkRequest(request);
  return request;
}

async function executeTwice(request: RunRequest, flags: RunFlags): Promise<readonly (Traced | undefined)[]> {
  const results: (Traced | undefined)[] = [undefined, undefined];
  const progress = flags.quiet ? undefined : new ProgressLine(process.stderr, 2);
  const pool = new WorkerPool(
    { workers: 2 },
    {
      progress: (index, update) => progress?.update(index, update),
      result: (index, result) => {
        progress?.finish(index);
        results[index] = result;
      },
    },
  );
  await pool.run([{ request }, { request }]);
  progress?.clear();
  return results;
}

/** The one result of a folder, or its first that did not pass. */
function readResult(subject: string): RunResult {
  if (!existsSync(subject)) {
    throw new InputError(`${subject}: not found; expected scenario#seed, a results folder or a result.json`);
  }
  const files = statSync(subject).isDirectory() ? resultFiles(subject) : [subject];
  const results = files.map(parseResult);
  const chosen = results.find((result) => result.verdict !== 'passed') ?? results[0];
  if (chosen === undefined)
    throw new InputError(`${subject}: holds no result.json; expected a results folder`);
  return chosen;
}

function resultFiles(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('result.json'))
    .sort()
    .map((name) => join(folder, name));
}

function parseResult(file: string): RunResult {
  try {
    const result = JSON.parse(readFileSync(file, 'utf8')) as Partial<RunResult>;
    if (
      typeof result.scenario !== 'string' ||
      typeof result.seed !== 'string' ||
      typeof result.fingerprint !== 'string' ||
      result.plan === undefined
    ) {
      throw new InputError(`${file}: no result of a run; expected scenario, seed, fingerprint and plan`);
    }
    return result as RunResult;
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw new InputError(
      `${file}: ${error instanceof Error ? error.message : String(error)}; expected a result.json`,
      { cause: error },
    );
  }
}
