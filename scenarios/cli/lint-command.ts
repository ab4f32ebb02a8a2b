import { readFileSync } from 'node:fs';
import { plainText } from '../../reports/format.ts';
import { sarifLog } from '../../reports/sarif.ts';
import { lint } from '../lint/lint.ts';
import type { Finding } from '../lint/finding.ts';
import type { InputFile } from '../lint/input/collect-file.ts';
import { lintJson, lintText } from '../lint/report-text.ts';
import { lintRules } from '../lint/rules/index.ts';
import { durationMs } from '../../sim/prometheus/promql/lexer.ts';
import { exitCodes, type ExitCode } from './exit-code.ts';
import { InputError } from './input-error.ts';

export interface LintFlags {
  readonly format: string;
  readonly scrapeInterval?: string;
}

/** `lint`: judges manifests and scripts; 0 clean, 1 findings. Throws an `InputError` for what cannot be read. */
export function lintCommand(names: readonly string[], flags: LintFlags): ExitCode {
  const { format } = flags;
  if (format !== 'text' && format !== 'json' && format !== 'sarif') {
    throw new InputError(`--format ${format}: expected text, json or sarif`);
  }
  const interval = scrapeIntervalMs(flags.scrapeInterval);
  const unique = [...new Set(names)];
  const outcome = lint(
    unique.map(readInputFile),
    interval === undefined ? {} : { scrapeIntervalMs: interval },
  );
  if (outcome.problems !== undefined) {
    throw new InputError(outcome.problems.map((problem) => problem.message).join('\n'));
  }
  const { findings, notes } = outcome;
  switch (format) {
    case 'text':
      process.stdout.write(plainText(lintText(findings, unique.length)));
      break;
    case 'json':
      process.stdout.write(lintJson(findings, notes, unique));
      break;
    case 'sarif':
      process.stdout.write(sarifLog('tfdc-lint', lintRules, findings.map(sarifResult)));
  }
  for (const note of notes) process.stderr.write(`note: ${plainText(note)}\n`);
  if (findings.length === 0) return exitCodes.ok;
  process.stderr.write(`exit 1: ${findings.length} ${findings.length === 1 ? 'finding' : 'findings'}\n`);
  return exitCodes.ruleBroken;
}

function sarifResult({
  rule,
  place,
  title,
  why,
  effect,
  fix,
}: Finding): Parameters<typeof sarifLog>[2][number] {
  const message = `${title}: ${why}. Effect: ${effect}. Fix: ${fix}.`;
  return { rule, file: place.file, line: place.line, column: place.column, message };
}

function scrapeIntervalMs(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const length = durationMs(text);
  if (length === undefined || length <= 0) {
    throw new InputError(`--scrape-interval ${text}: expected a duration such as 15s or 1m`);
  }
  return length;
}

export function readInputFile(name: string): InputFile {
  try {
    return { name, bytes: readFileSync(name) };
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    const reason =
      code === 'ENOENT'
        ? 'no such file'
        : code === 'EISDIR'
          ? 'a folder; expected files'
          : `cannot be read (${code})`;
    throw new InputError(`${name}: ${reason}`, { cause: error });
  }
}
