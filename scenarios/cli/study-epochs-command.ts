import { epochTable, strategies, tryEpochs, type EpochTrial } from '../studies/epoch-study.ts';
import { exitCodes, worstOf, type ExitCode } from './exit-code.ts';
import { OutputFolder, runId } from './output-folder.ts';
import { parseOverrides, wholeNumber } from './run-options.ts';
import { chooseSeed, commitHash, seedAt } from './seed.ts';
import type { StudyFlags } from './study-rebalance-command.ts';

/** What a canary of twenty tools needs. */
const smallFab: Readonly<Record<string, string>> = { tools: '40' };

/**
 * `study epochs`: L1 with a gateway cut off from Management, once with gateways that keep their list and once with
 * collectors that refuse what is routed by it, over the same seeds. Prints and stores the distribution of time-to-safe.
 * Throws an `InputError` for bad input; 2 where a run did not pass.
 */
export async function studyEpochsCommand(flags: StudyFlags): Promise<ExitCode> {
  const { seed } = chooseSeed(flags.seed, process.env);
  const count = wholeNumber('--seeds', flags.seeds, 1, 100_000);
  const overrides = { ...smallFab, ...parseOverrides(flags.set, strategies[0] ?? '') };
  const output = new OutputFolder(flags.output, runId(new Date(), commitHash()));
  const trials: EpochTrial[] = [];
  for (let index = 0; index < count; index++) {
    for (const strategy of strategies) {
      const trial = await tryEpochs(strategy, seedAt(seed, index), overrides);
      trials.push(trial);
      if (!flags.quiet)
        process.stderr.write(`${trial.seed} ${strategy} ${trial.safeMs} ms ${trial.verdict}\n`);
    }
  }
  const table = epochTable(trials);
  const json = `${JSON.stringify({ schemaVersion: 1, study: 'epochs', overrides, trials }, undefined, 2)}\n`;
  output.write('study-epochs.json', json);
  output.write('study-epochs.md', table);
  output.linkLatest();
  process.stdout.write(flags.json ? json : `${table}results ${output.path}\n`);
  return worstOf(trials.map(({ verdict }) => (verdict === 'passed' ? exitCodes.ok : exitCodes.unknown)));
}
