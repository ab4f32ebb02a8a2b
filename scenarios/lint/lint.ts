import type { DocumentProblem } from './documents/document-problem.ts';
import { comparePlaces } from './documents/source-text.ts';
import type { Finding } from './finding.ts';
import type { InputFile } from './input/collect-file.ts';
import type { LintSettings } from './input/lint-input.ts';
import { readInput } from './input/read-input.ts';
import { lintRules } from './rules/index.ts';

export type LintOutcome =
  | { readonly problems: readonly DocumentProblem[] }
  | {
      readonly problems?: never;
      readonly findings: readonly Finding[];
      /** What was read and not judged. */
      readonly notes: readonly string[];
    };

/** Judges all files together; findings in the order of the files. Where a file cannot be read nothing is judged. */
export function lint(files: readonly InputFile[], settings: LintSettings = {}): LintOutcome {
  const reading = readInput(files, settings);
  if (reading.problems !== undefined) return { problems: reading.problems };
  const order = new Map(files.map((file, index) => [file.name, index]));
  const findings = lintRules.flatMap(({ id, title, effect, fix, check }) =>
    check(reading.input).map((found): Finding => ({ rule: id, title, effect, fix, ...found })),
  );
  const sorted = findings.toSorted((left, right) => {
    const byFile = (order.get(left.place.file) ?? 0) - (order.get(right.place.file) ?? 0);
    return byFile || comparePlaces(left.place, right.place);
  });
  return { findings: sorted, notes: reading.notes };
}
