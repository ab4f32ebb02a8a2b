import { describe, expect, test } from 'vitest';
import type { Plant } from '../../../scenarios/plants/plant.ts';
import { runScenario } from '../../../scenarios/runner.ts';

/** A planted bug must show within so many seeds; the table of how many it took is in docs/planted-bugs.md. */
const mostSeeds = 5n;

/** Declares a test for each bug. */
export function eachIsCaught(plants: readonly Plant[]): void {
  describe('planted bugs', () => {
    test.each(plants.map((plant) => [plant.name, plant] as const))(
      '%s is caught, and its rule is named first',
      { timeout: 120_000 },
      async (_, plant) => {
        for (let seed = 1n; seed <= mostSeeds; seed++) {
          const result = await runScenario({
            scenario: plant.scenario,
            seed,
            overrides: plant.overrides,
            plant: plant.name,
          });
          if (result.verdict === 'passed' || result.verdict === 'unknown') continue;
          expect(result.reasons[0]).toMatch(new RegExp(`^${plant.rule}: `));
          return;
        }
        expect.fail(`${plant.name} was not caught within ${mostSeeds} seeds`);
      },
    );
  });
}
