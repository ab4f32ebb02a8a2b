import { describe, expect, test } from 'vitest';
import { rules } from '../../../scenarios/invariants/index.ts';
import { BlindSearch, defenderCampaign } from '../../../scenarios/plants/blind.ts';
import { plantNamed, plants, plantsByArea } from '../../../scenarios/plants/index.ts';
import { prepare, runScenario } from '../../../scenarios/runner.ts';

describe('planted bugs', () => {
  test('names differ, each is in one area, and that of the Defender has at least 25', () => {
    expect(new Set(plants.map((plant) => plant.name)).size).toBe(plants.length);
    expect(Object.values(plantsByArea).flat()).toHaveLength(plants.length);
    expect(plantsByArea.defender.length).toBeGreaterThanOrEqual(25);
  });

  test('random runs find one without being told where to look', { timeout: 120_000 }, async () => {
    const plant = plantNamed('restless-ring');
    if (plant === undefined) throw new Error('no such plant');
    const outcome = await new BlindSearch(defenderCampaign).find(plant, 3);
    expect(outcome.find?.rules).toContain('movement.bounds');
  });

  test.each([
    ['gitops-beside', 'fresh-ttl'],
    ['cassandra-tie', 'greedy-gitops'],
    ['cassandra-archive', 'fresh-ttl'],
    ['variant-idempotency', 'fresh-ttl'],
  ])('%s is what it was under %s, which is a bug of another scenario', async (scenario, plant) => {
    const request = { scenario, seed: 1n, overrides: { tools: '12' } };
    const { plan } = prepare(request);
    const runs = [await runScenario({ ...request, plan }), await runScenario({ ...request, plan, plant })];
    expect(runs[1]?.fingerprint).toBe(runs[0]?.fingerprint);
  });

  test('every rule has one that aims at it', () => {
    const aimed = new Set(plants.map((plant) => plant.rule));
    expect(rules.map((rule) => rule.id).filter((id) => !aimed.has(id))).toEqual([]);
  });
});
