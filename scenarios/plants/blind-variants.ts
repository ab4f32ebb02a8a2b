import { variants } from '../variants/index.ts';
import { playVariant } from '../variants/study.ts';
import type { Variant } from '../variants/variant.ts';
import { processorSeconds, type BlindOutcome } from './blind.ts';
import type { Plant } from './plant.ts';

/**
 * Looks for bugs of the variants without knowing which has one: stage after stage in turn, a seed each, without the fab
 * beside it. A bug that the stage does not know changes nothing.
 */
export class BlindVariantSearch {
  async find(plant: Plant, mostSeeds: number): Promise<BlindOutcome> {
    const sinceSeconds = processorSeconds();
    for (let seed = 1; seed <= mostSeeds; seed++) {
      const variant = variants[(seed - 1) % variants.length];
      if (variant === undefined) break;
      const broken = await brokenIn(variant, seed, plant.pattern);
      if (broken.length === 0) continue;
      const without = await brokenIn(variant, seed, undefined);
      const rules = broken.filter((rule) => !without.includes(rule));
      if (rules.length === 0) continue;
      const seconds = processorSeconds(sinceSeconds);
      return { plant, find: { seeds: seed, scenario: `variant-${variant.name}`, rules }, seconds };
    }
    return { plant, find: undefined, seconds: processorSeconds(sinceSeconds) };
  }
}

async function brokenIn(variant: Variant, seed: number, bug: string | undefined): Promise<readonly string[]> {
  const { rules } = await playVariant(variant, BigInt(seed), bug);
  return rules.filter(({ violationCount }) => violationCount > 0).map(({ rule }) => rule);
}
