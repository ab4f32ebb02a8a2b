import { plainText } from '../../reports/format.ts';
import { dryRun } from '../dry-run/dry-run.ts';
import { dryRunJson, dryRunText } from '../dry-run/report.ts';
import { parseAct, parseLoss, parseMeasure, ScriptProblem, timeMs } from '../dry-run/script.ts';
import { DocumentProblem } from '../lint/documents/document-problem.ts';
import { exitCodes, type ExitCode } from './exit-code.ts';
import { InputError } from './input-error.ts';
import { readInputFile } from './lint-command.ts';

export interface DryRunFlags {
  readonly rollout?: string;
  readonly experiment?: string;
  readonly measure: readonly string[];
  readonly at: readonly string[];
  readonly lose: readonly string[];
  readonly podReady: string;
  readonly for: string;
  readonly format: string;
}

/** `dry-run`: 0 promoted (or successful), 1 aborted, failed or refused, 2 neither (waits for something that does not come). Throws an `InputError`. */
export function dryRunCommand(names: readonly string[], flags: DryRunFlags): ExitCode {
  const { format } = flags;
  if (format !== 'text' && format !== 'json')
    throw new InputError(`--format ${format}: expected text or json`);
  try {
    const script = {
      metrics: new Map(flags.measure.map(parseMeasure)),
      acts: flags.at.map(parseAct),
      losses: flags.lose.map(parseLoss),
      podReadyMs: timeMs('--pod-ready', flags.podReady),
      horizonMs: timeMs('--for', flags.for),
    };
    const { rollout, experiment } = flags;
    if (rollout !== undefined && experiment !== undefined)
      throw new ScriptProblem('--rollout and --experiment: one of them is played');
    const files = [...new Set(names)].map(readInputFile);
    const report = dryRun(files, script, { rollout, experiment });
    process.stdout.write(format === 'json' ? dryRunJson(report) : plainText(dryRunText(report)));
    switch (report.result?.verdict) {
      case 'promoted':
      case 'successful':
        return exitCodes.ok;
      case 'aborted':
      case 'failed':
      case undefined:
        return exitCodes.ruleBroken;
      case 'inconclusive':
      case 'paused':
      case 'stuck':
      case 'running':
        return exitCodes.unknown;
    }
  } catch (error) {
    if (!(error instanceof DocumentProblem) && !(error instanceof ScriptProblem)) throw error;
    throw new InputError(error.message, { cause: error });
  }
}
