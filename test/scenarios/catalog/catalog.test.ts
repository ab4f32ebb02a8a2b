import { describe, expect, test } from 'vitest';
import { parsePlan } from '../../../chaos/parse-plan.ts';
import { formatPlan } from '../../../chaos/plan.ts';
import { catalog } from '../../../scenarios/catalog/index.ts';
import { prepare } from '../../../scenarios/runner.ts';

describe('catalogue', () => {
  test('has at least twelve scenarios with names of their own, the default first', () => {
    const names = catalog.map((scenario) => scenario.name);
    expect(new Set(names).size).toBe(names.length);
    expect(names.length).toBeGreaterThanOrEqual(12);
    expect(names[0]).toBe('release-day');
  });

  test.each(catalog.map((scenario) => [scenario.name]))(
    '%s has a plan that parses back, for many seeds',
    (name) => {
      for (let seed = 0n; seed < 20n; seed++) {
        const { plan } = prepare({ scenario: name, seed, overrides: {} });
        expect(parsePlan(formatPlan(plan), `${name}.json`)).toEqual({ ok: true, plan });
      }
    },
  );

  test.each([
    ['tools', '0'],
    ['tools', 'many'],
    ['replicationFactor', '5'],
    ['defenders', '161'],
    ['wings', '2'],
  ])('%s=%s is refused', (parameter, value) => {
    const overrides = {
      [parameter]: value,
      ...(parameter === 'replicationFactor' ? { cassandraNodes: '4' } : {}),
    };
    expect(() => prepare({ scenario: 'release-day', seed: 1n, overrides })).toThrowErrorMatchingSnapshot();
  });

  test('an unknown scenario or plant is refused with what there is', () => {
    expect(() => prepare({ scenario: 'relase-day', seed: 1n, overrides: {} })).toThrow(/release-day/);
    expect(() => prepare({ scenario: 'storm', seed: 1n, overrides: {}, plant: 'nothing' })).toThrow(
      /ack-before-store/,
    );
  });
});
