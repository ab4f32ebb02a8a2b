import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { formatPlan } from '../../chaos/plan.ts';
import { suggestion } from '../../chaos/nearest.ts';
import { plainText } from '../../reports/format.ts';
import type { Breadth } from '../explore/aims.ts';
import { exploredScenario } from '../explore/observe.ts';
import { explore, UnknownCaseError } from '../explore/explore.ts';
import { JobPool } from '../explore/job-pool.ts';
import { exploreMarkdown, exploreText } from '../explore/report.ts';
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
  readonly tools: string;
  readonly set: readonly string[];
  readonly product: string;
  readonly singles: string;
  readonly pairs: string;
  readonly walks: string;
  readonly only?: string;
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
  const tools = wholeNumber('--tools', flags.tools, 24, 15_000);
  const size = sizeOf(flags.set);
  const breadth = breadthOf(flags);
  const threads = wholeNumber('--workers', flags.workers ?? String(availableParallelism()), 1, 256);
  const output = new OutputFolder(flags.output, runId(new Date(), commitHash()));
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
      tools,
      size,
      breadth,
      ...(flags.only === undefined ? {} : { only: flags.only }),
      planFolder,
      lanes: threads,
      run: (job) => pool.run(job),
      stopped: () => isStopped,
      finished(outcome, done, all): void {
        output.write(join('plans', `${outcome.id}.json`), formatPlan(outcome.plan));
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
function sizeOf(pairs: readonly string[]): Record<string, string> {
  const size = parseOverrides(pairs, exploredScenario);
  for (const [name, flag] of [
    ['tools', '--tools'],
    ['minutes', 'the states'],
  ] as const) {
    if (name in size) throw new InputError(`--set ${name}: expected another size; ${flag} sets this one`);
  }
  return size;
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
