import { describe, expect, test } from 'vitest';
import { catalog } from '../../../scenarios/catalog/index.ts';
import { runScenario } from '../../../scenarios/runner.ts';

/** Every scenario is in the first group that has one of its tags, or in `others`: a file each, so that they run side by side. */
const groups = ['defender', 'rollout', 'others'] as const;
type Group = (typeof groups)[number];

function groupOf(tags: readonly string[]): Group {
  return groups.find((group) => tags.includes(group)) ?? 'others';
}

/** Declares a test for each scenario of a group. */
export function eachRunsSmall(group: Group): void {
  const scenarios = catalog.filter(({ tags }) => !tags.includes('bench') && groupOf(tags) === group);
  describe(`scenarios: ${group}`, () => {
    test.each(scenarios.map(({ name }) => [name]))(
      '%s runs at a tenth of its size and breaks no rule but those that it is known to break',
      { timeout: 120_000 },
      async (name) => {
        const result = await runScenario({ scenario: name, seed: 1n, overrides: { tools: '150' } });
        const broken = result.reasons.filter((reason) => !reason.startsWith('goal not reached'));
        expect(result.knownRed === undefined ? broken : []).toEqual([]);
        expect(result.rules.filter((rule) => rule.checked > 0).length).toBeGreaterThan(5);
      },
    );
  });
}
