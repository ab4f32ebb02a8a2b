import { describe, expect, test } from 'vitest';
import { variantPlants } from '../../../scenarios/plants/variants.ts';
import { variants } from '../../../scenarios/variants/index.ts';
import { playVariant, type VariantOutcome } from '../../../scenarios/variants/study.ts';
import type { Variant } from '../../../scenarios/variants/variant.ts';

const seeds = 3n;
/** A planted bug must show within so many seeds. */
const bugSeeds = 5n;

function brokenIn({ rules }: VariantOutcome): readonly string[] {
  return rules.filter(({ violationCount }) => violationCount > 0).map(({ rule }) => rule);
}

function variantOf(scenario: string): Variant {
  const variant = variants.find((each) => `variant-${each.name}` === scenario);
  if (variant === undefined) throw new Error(`no variant ${scenario}`);
  return variant;
}

describe('variants of delivery', () => {
  test.each(variants.map((variant) => [variant.name, variant] as const))(
    '%s breaks no rule, and puts each to the test',
    { timeout: 120_000 },
    async (_, variant) => {
      const checked = new Map<string, number>();
      for (let seed = 1n; seed <= seeds; seed++) {
        const outcome = await playVariant(variant, seed, undefined);
        expect([seed, brokenIn(outcome)]).toEqual([seed, []]);
        for (const rule of outcome.rules) {
          checked.set(rule.rule, (checked.get(rule.rule) ?? 0) + rule.checked);
        }
      }
      expect([...checked].filter(([, count]) => count === 0)).toEqual([]);
    },
  );

  test.each(variantPlants.map((plant) => [plant.name, plant] as const))(
    '%s breaks the rule that it is made for',
    { timeout: 120_000 },
    async (_, plant) => {
      const variant = variantOf(plant.scenario);
      for (let seed = 1n; seed <= bugSeeds; seed++) {
        const broken = brokenIn(await playVariant(variant, seed, plant.pattern));
        if (broken.length === 0) continue;
        expect(broken[0]).toBe(plant.rule);
        return;
      }
      expect.fail(`not caught within ${bugSeeds} seeds`);
    },
  );

  test('a seed gives one fingerprint, another one another', { timeout: 120_000 }, async () => {
    for (const variant of variants.filter(({ name }) => name === 'pipelines' || name === 'mirror')) {
      const first = await playVariant(variant, 1n, undefined);
      expect((await playVariant(variant, 1n, undefined)).fingerprint).toBe(first.fingerprint);
      expect((await playVariant(variant, 2n, undefined)).fingerprint).not.toBe(first.fingerprint);
    }
  });
});
