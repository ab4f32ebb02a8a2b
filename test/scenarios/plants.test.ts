import { describe, expect, test } from 'vitest';
import { rules } from '../../scenarios/invariants/index.ts';
import { BlindSearch } from '../../scenarios/plants/blind.ts';
import { plantNamed, plants, plantsByArea } from '../../scenarios/plants/index.ts';
import { runScenario } from '../../scenarios/runner.ts';

/** A planted bug must show within so many seeds; the table of how many it took is in docs/planted-bugs.md. */
const mostSeeds = 5;

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

  test('names differ, and the area of the Defender has at least 25', () => {
    expect(new Set(plants.map((plant) => plant.name)).size).toBe(plants.length);
    expect(plantsByArea.defender.length).toBeGreaterThanOrEqual(25);
  });

  test('random runs find one without being told where to look', { timeout: 120_000 }, async () => {
    const plant = plantNamed('restless-ring');
    if (plant === undefined) throw new Error('no such plant');
    const outcome = await new BlindSearch().find(plant, 3);
    expect(outcome.find?.rules).toContain('movement.bounds');
  });

  test('every rule has one that aims at it', () => {
    const aimed = new Set(plants.map((plant) => plant.rule));
    expect(rules.map((rule) => rule.id).filter((id) => !aimed.has(id))).toEqual([]);
  });

  test('without the bug the same runs pass', { timeout: 300_000 }, async () => {
    const seen = new Set<string>();
    for (const { scenario, overrides } of plants) {
      const key = `${scenario} ${JSON.stringify(overrides)}`;
      if (seen.has(key)) continue;
      seen.add(key);
      const result = await runScenario({ scenario, seed: 1n, overrides });
      expect([key, result.verdict === 'failed' ? result.reasons : []]).toEqual([key, []]);
    }
  });
});
