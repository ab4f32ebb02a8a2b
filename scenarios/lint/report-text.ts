import { formatPlace } from './documents/source-text.ts';
import type { Finding } from './finding.ts';

/** Findings for a terminal: place, rule and title on one line, then why, effect and fix. */
export function lintText(findings: readonly Finding[], files: number): string {
  const lines = findings.flatMap(({ rule, title, place, why, effect, fix }) => [
    `${formatPlace(place)}  ${rule}  ${title}`,
    `  why     ${why}`,
    `  effect  ${effect}`,
    `  fix     ${fix}`,
    '',
  ]);
  const rules = new Set(findings.map((finding) => finding.rule)).size;
  const read = `${files} ${files === 1 ? 'file' : 'files'}`;
  const summary =
    findings.length === 0
      ? `no findings in ${read}`
      : `${findings.length} ${findings.length === 1 ? 'finding' : 'findings'} by ${rules} ${rules === 1 ? 'rule' : 'rules'} in ${read}`;
  return `${[...lines, summary].join('\n')}\n`;
}

/** Findings as JSON, `schemaVersion` 1: place flat as `file`, `line`, `column`. */
export function lintJson(
  findings: readonly Finding[],
  notes: readonly string[],
  files: readonly string[],
): string {
  const published = findings.map(({ rule, title, place, why, effect, fix }) => ({
    rule,
    title,
    file: place.file,
    line: place.line,
    column: place.column,
    why,
    effect,
    fix,
  }));
  return `${JSON.stringify({ schemaVersion: 1, files, findings: published, notes }, undefined, 2)}\n`;
}
