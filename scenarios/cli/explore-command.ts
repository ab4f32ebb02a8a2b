import { availableParallelism } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { formatPlan } from '../../chaos/plan.ts';
import { suggestion } from '../../chaos/nearest.ts';
import { plainText } from '../../reports/format.ts';
import type { Breadth } from '../explore/aims.ts';
import { explore, UnknownCaseError } from '../explore/explore.ts';
import { KnownCases } from './known-cases.ts';
import { JobPool } from '../explore/job-pool.ts';
import { exploreMarkdown, exploreText } from '../explore/report.ts';
import { scaleNamed, scaleNames, type Scale } from '../explore/scale.ts';
import type { Exploration } from '../explore/summary.ts';
import { exitCodes, worstOf, type ExitCode } from './exit-code.ts';
import { InputError } from './input-error.ts';
import { OutputFolder, runId } from './output-folder.ts';
import { parseOverrides } from './run-options.ts';
import { chooseSeed, commitHash } from './seed.ts';
import { StopSignals } from './stop-signals.ts';

/** Flags of `explore` as commander hands them over. */
export interface ExploreFlags {
  readonly seed?: string;
  readonly scale: string;
  readonly tools?: string;
  readonly set: readonly string[];
  readonly product: string;
  readonly singles: string;
  readonly pairs: string;
  readonly walks: string;
  readonly only?: string;
  readonly resume?: string;
  readonly workers?: string;
  readonly output: string;
  readonly json: boolean;
  readonly quiet: boolean;
}

const subjects = ['rollback'] as const;

/**
 * `explore rollback`: 1 where a rule is broken, 2 where a verdict is unknown, else 0. Throws an `InputError` for bad
 * input; nothing has been written then.
 */
export async function exploreCommand(subject: string, flags: ExploreFlags): Promise<ExitCode> {
  if (!subjects.some((known) => known === subject)) {
    throw new InputError(
      `unknown subject ${subject}${suggestion(subject, subjects)}; expected one of ${subjects.join(', ')}`,
    );
  }
  const { seed } = chooseSeed(flags.seed, process.env);
  const scale = scaleOf(flags.scale);
  const tools = wholeNumber('--tools', flags.tools ?? String(scale.tools), scale.tools, 15_000);
  const size = sizeOf(flags.set, scale);
  const breadth = breadthOf(flags);
  const threads = wholeNumber('--workers', flags.workers ?? String(availableParallelism()), 1, 256);
  const commit = commitHash();
  const output =
    flags.resume === undefined
      ? new OutputFolder(flags.output, runId(new Date(), commit))
      : new OutputFolder(dirname(flags.resume), basename(flags.resume));
  const cases = new KnownCases(output, { commit, seed, scale: scale.name, tools, size });
  const planFolder = join(output.path, 'plans');
  const pool = new JobPool(threads);
  let isStopped = false;
  const signals = new StopSignals(() => {
    isStopped = true;
    process.stderr.write('stopping: what is finished will be reported (again to stop at once)\n');
  });
  try {
    const exploration = await explore({
      seed,
      scale,
      tools,
      size,
      breadth,
      ...(flags.only === undefined ? {} : { only: flags.only }),
      planFolder,
      known: cases.outcomes,
      // Some wait for a look ahead that another is having.
      lanes: threads + 2,
      run: (job) => pool.run(job),
      stopped: () => isStopped,
      explored(path, moments): void {
        if (!flags.quiet) process.stderr.write(`path ${path}: ${moments} moments\n`);
      },
      finished(outcome, done, all): void {
        output.write(join('plans', `${outcome.id}.json`), formatPlan(outcome.plan));
        cases.keep(outcome);
        if (!flags.quiet) process.stderr.write(`${done}/${all} ${outcome.bound} ${outcome.id}\n`);
      },
    });
    output.write('explore.json', `${JSON.stringify(exploration, undefined, 2)}\n`);
    output.write('explore.md', exploreMarkdown(exploration));
    output.linkLatest();
    const text = flags.json ? `${JSON.stringify(exploration, undefined, 2)}\n` : exploreText(exploration);
    process.stdout.write(plainText(text));
    process.stderr.write(`results ${output.path}\n`);
    return worstOf([exitCodeFor(exploration), signals.exitCode ?? exitCodes.ok]);
  } catch (error) {
    if (!(error instanceof UnknownCaseError)) throw error;
    throw new InputError(
      `--only ${error.message}: no such case with this seed, these tools and this breadth; expected an id of explore.json`,
      { cause: error },
    );
  } finally {
    signals.release();
    await pool.close();
  }
}

function exitCodeFor({ outcomes }: Exploration): ExitCode {
  if (outcomes.some(({ verdict }) => verdict === 'failed')) return exitCodes.ruleBroken;
  return outcomes.some(({ verdict }) => verdict !== 'passed') ? exitCodes.unknown : exitCodes.ok;
}

/** Sizes of the fab apart from the two that are set otherwise. */
function sizeOf(pairs: readonly string[], scale: Scale): Record<string, string> {
  const size = parseOverrides(pairs, scale.scenario);
  for (const [name, flag] of [
    ['tools', '--tools'],
    ['minutes', 'the states'],
  ] as const) {
    if (name in size) throw new InputError(`--set ${name}: expected another size; ${flag} sets this one`);
  }
  return size;
}

function scaleOf(text: string): Scale {
  const name = scaleNames.find((known) => known === text);
  if (name === undefined) throw new InputError(`--scale ${text}: expected one of ${scaleNames.join(', ')}`);
  return scaleNamed(name);
}

function breadthOf(flags: ExploreFlags): Breadth {
  const { product } = flags;
  if (product !== 'all' && product !== 'pairs' && product !== 'none') {
    throw new InputError(`--product ${product}: expected all, pairs or none`);
  }
  return {
    product,
    singles: flags.singles === 'all' ? 'all' : wholeNumber('--singles', flags.singles, 0, 100_000),
    pairs: wholeNumber('--pairs', flags.pairs, 0, 100_000),
    walks: wholeNumber('--walks', flags.walks, 0, 100_000),
  };
}

function wholeNumber(flag: string, text: string, low: number, high: number): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < low || value > high) {
    throw new InputError(`${flag} ${text}: expected a whole number from ${low} to ${high}`);
  }
  return value;
}
