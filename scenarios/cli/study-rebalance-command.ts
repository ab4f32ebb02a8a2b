import type { RunResult } from '../run-result.ts';
import { ScenarioError } from '../scenario-error.ts';
import { shellWord } from '../shell-word.ts';
import { designGrid } from '../studies/design-grid.ts';
import type { Design } from '../studies/design-setting.ts';
import { rebalanceCell, studyCsv, studyRequests, studyTable } from '../studies/rebalance-study.ts';
import { exitCodes, type ExitCode } from './exit-code.ts';
import { InputError } from './input-error.ts';
import { OutputFolder, runId } from './output-folder.ts';
import { ProgressLine } from './progress-line.ts';
import { parseOverrides, parseWorkers, wholeNumber, checkRequest } from './run-options.ts';
import { chooseSeed, commitHash, seedAt } from './seed.ts';
import { StopSignals } from './stop-signals.ts';
import { WorkerPool } from './worker-pool.ts';

/** Flags of `study` as commander hands them over. */
export interface StudyFlags {
  readonly vary: readonly string[];
  readonly seed?: string;
  readonly seeds: string;
  readonly set: readonly string[];
  readonly workers?: string;
  readonly output: string;
  readonly json: boolean;
  readonly quiet: boolean;
}

const scenario = 'rebalance-study';
/** A small fab shows the trade-off as a whole one does, and the grid is run many times. */
const smallFab: Readonly<Record<string, string>> = { tools: '120', defenders: '12' };

/**
 * `study rebalance`: every combination of the varied settings over the same seeds, on all workers; prints and stores what
 * it costs (recovery, false emergencies, duplicates, load on NATS). The same flags give the same table. Throws an
 * `InputError` for bad input.
 */
export async function studyRebalanceCommand(flags: StudyFlags): Promise<ExitCode> {
  const designs = gridOf(flags.vary);
  const seedChoice = chooseSeed(flags.seed, process.env);
  const count = wholeNumber('--seeds', flags.seeds, 1, 100_000);
  const seeds = Array.from({ length: count }, (_, index) => seedAt(seedChoice.seed, index));
  const overrides = { ...smallFab, ...parseOverrides(flags.set, scenario) };
  const requests = studyRequests({ scenario, overrides }, designs, seeds);
  for (const request of requests.slice(0, 1)) checkRequest(request);
  const workers = parseWorkers(flags.workers, requests.length);
  const output = new OutputFolder(flags.output, runId(new Date(), commitHash()));
  const results: (RunResult | undefined)[] = [];
  const progress = flags.quiet ? undefined : new ProgressLine(process.stderr, requests.length);
  const pool = new WorkerPool(
    { workers },
    {
      progress: (task, update) => progress?.update(task, update),
      result: (task, result) => {
        progress?.finish(task);
        results[task] = result;
      },
    },
  );
  const signals = new StopSignals(() => pool.cancel());
  let end;
  try {
    end = await pool.run(requests.map((request) => ({ request })));
  } finally {
    progress?.clear();
    signals.release();
  }
  if (end !== 'done') {
    process.stderr.write('stopped: a part of the grid would compare different seeds, so nothing is stored\n');
    return signals.exitCode ?? exitCodes.interrupted;
  }
  const cells = designs.map((design, index) => {
    const ofDesign = results.slice(index * count, (index + 1) * count);
    return rebalanceCell(
      design,
      ofDesign.filter((result) => result !== undefined),
    );
  });
  const again = commandOf(flags.vary, count, seedChoice.seed, overrides);
  const table = `${studyTable(cells)}\nagain  ${again}\n`;
  const json = `${JSON.stringify({ schemaVersion: 1, study: 'rebalance', again, cells }, undefined, 2)}\n`;
  output.write('study-rebalance.csv', studyCsv(cells));
  output.write('study-rebalance.md', table);
  output.write('study-rebalance.json', json);
  output.linkLatest();
  process.stdout.write(flags.json ? json : `${table}results ${output.path}\n`);
  return exitCodes.ok;
}

function gridOf(vary: readonly string[]): readonly Design[] {
  try {
    return designGrid(vary);
  } catch (error) {
    if (error instanceof ScenarioError) throw new InputError(error.message, { cause: error });
    throw error;
  }
}

function commandOf(
  vary: readonly string[],
  seeds: number,
  seed: bigint,
  overrides: Readonly<Record<string, string>>,
): string {
  const varied = vary.map((text) => `--vary ${shellWord(text)}`);
  const set = Object.entries(overrides).map(([name, value]) => `--set ${name}=${value}`);
  const from = `--seeds ${seeds} --seed 0x${seed.toString(16)}`;
  return ['npm run scenario -- study rebalance', ...varied, from, ...set].join(' ');
}
