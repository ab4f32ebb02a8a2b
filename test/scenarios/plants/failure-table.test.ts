import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { faultKinds } from '../../../chaos/catalogue.ts';
import { scenarioNamed } from '../../../scenarios/catalog/index.ts';
import { rules, rulesFor } from '../../../scenarios/invariants/index.ts';
import { lintRules } from '../../../scenarios/lint/rules/index.ts';
import { failureRows, namesIn, type FailureRow } from '../../../scenarios/plants/failure-table.ts';
import { plantNamed } from '../../../scenarios/plants/index.ts';

const tests = new URL('../../', import.meta.url);
const rows = failureRows(readFileSync(new URL('../docs/delivery.md', tests), 'utf8'));
const covered = rows.filter(({ scenarios }) => scenarios.length > 0);

function judgedIn(scenario: string): readonly string[] {
  return rulesFor(scenarioNamed(scenario)?.tags ?? []).map(({ id }) => id);
}

function each(chosen: readonly FailureRow[]): [string, FailureRow][] {
  return chosen.map((row) => [row.failure, row]);
}

describe('the failures of docs/delivery.md', () => {
  test('are F1 to F60 and F75 to F85, each once', () => {
    const wanted = Array.from({ length: 85 }, (_, index) => index + 1).filter((n) => n <= 60 || n >= 75);
    expect(rows.map(({ failure }) => failure)).toEqual(wanted.map((n) => `F${n}`));
  });

  test.each(each(covered))(
    '%s names scenarios, rules that they judge, and bugs that break these',
    (_, row) => {
      expect(row.scenarios.filter((name) => scenarioNamed(name) === undefined)).toEqual([]);
      const judged = new Map(row.scenarios.map((name) => [name, judgedIn(name)]));
      expect(row.rules.length).toBeGreaterThan(0);
      expect(row.rules.filter((id) => ![...judged.values()].some((ids) => ids.includes(id)))).toEqual([]);
      expect([...judged].filter(([, ids]) => !row.rules.some((id) => ids.includes(id)))).toEqual([]);
      const broken = row.plants.map((name) => plantNamed(name)?.rule);
      expect(row.rules.filter((id) => !broken.includes(id))).toEqual([]);
      expect(broken.filter((id) => id === undefined || !row.rules.includes(id))).toEqual([]);
    },
  );

  test.each(each(rows.filter((row) => !covered.includes(row))))(
    '%s says why there is no scenario, and what tests it instead',
    (_, { rules: ids, plants, besides }) => {
      expect([...ids, ...plants]).toEqual([]);
      expect(besides).toMatch(/^No scenario\b/);
      expect(besides).toMatch(/\btests? `|\blint [LT]\d/i);
    },
  );

  test.each(each(rows))('%s names tests, faults and rules of lint that are there', (_, { besides }) => {
    const names = namesIn(besides);
    const paths = names.filter((name) => name.includes('/'));
    expect(paths.filter((path) => !existsSync(new URL(`${path}.test.ts`, tests)))).toEqual([]);
    const known = new Set([...faultKinds.map(({ kind }) => kind), ...rules.map(({ id }) => id)]);
    expect(names.filter((name) => /^[a-z]+\.[a-z-]+$/.test(name) && !known.has(name))).toEqual([]);
    const linted =
      besides.match(/\blint [LT]\d+(, [LT]\d+)*/gi)?.flatMap((text) => text.match(/[LT]\d+/g) ?? []) ?? [];
    expect(linted.filter((id) => !lintRules.some((rule) => rule.id === id))).toEqual([]);
  });
});
