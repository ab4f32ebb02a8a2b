import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { lint } from '../../../scenarios/lint/lint.ts';
import { lintRules } from '../../../scenarios/lint/rules/index.ts';

const folder = join(import.meta.dirname, 'fixtures');

interface Told {
  readonly rule: string;
  readonly line: number;
}

/** Rules and lines that the comments `expect L1 L13` of a fixture announce. */
function announced(text: string): readonly Told[] {
  return text.split('\n').flatMap((line, index) => {
    const rules = /\bexpect ((?:[LT]\d+ ?)+)/.exec(line)?.[1]?.trim().split(' ') ?? [];
    return rules.map((rule) => ({ rule, line: index + 1 }));
  });
}

function findingsOf(...path: readonly string[]): readonly Told[] {
  const name = join(folder, ...path);
  const outcome = lint([{ name, bytes: readFileSync(name) }]);
  if (outcome.problems !== undefined) throw new Error(outcome.problems.map(String).join('\n'));
  return outcome.findings.map((finding) => ({ rule: finding.rule, line: finding.place.line }));
}

function fixture(rule: string, which: string): string {
  const name = readdirSync(join(folder, rule)).find((file) => file.startsWith(`${which}.`));
  if (name === undefined) throw new Error(`${rule} has no ${which}`);
  return name;
}

test('every rule has a fixture, L1 to L41 are all there, ids are unique', () => {
  const ids = lintRules.map((rule) => rule.id);
  expect(new Set(ids).size).toBe(ids.length);
  expect(ids).toEqual(expect.arrayContaining(Array.from({ length: 41 }, (_, index) => `L${index + 1}`)));
  const named = (left: string, right: string): number => (left < right ? -1 : 1);
  expect(readdirSync(folder).toSorted(named)).toEqual(ids.toSorted(named));
});

describe.each(lintRules.map((rule) => rule.id))('%s', (rule) => {
  test('finds what its description says, there and nowhere else', () => {
    const name = fixture(rule, 'trigger');
    const expected = announced(readFileSync(join(folder, rule, name), 'utf8'));
    expect(expected.map((told) => told.rule)).toContain(rule);
    expect(findingsOf(rule, name)).toEqual(expected);
  });

  test('is silent at the near miss, as is every other rule', () => {
    expect(findingsOf(rule, fixture(rule, 'near-miss'))).toEqual([]);
  });
});

test('docs/lint.md describes every rule as it is', () => {
  const rows = readFileSync(join(import.meta.dirname, '../../../docs/lint.md'), 'utf8')
    .split('\n')
    .filter((line) => /^\| [LT]\d/.test(line));
  const cell = (text: string): string => text.replaceAll('|', String.raw`\|`);
  expect(rows).toEqual(
    lintRules.map(
      ({ id, title, effect, fix, source }) => `| ${[id, title, effect, fix, source].map(cell).join(' | ')} |`,
    ),
  );
});
