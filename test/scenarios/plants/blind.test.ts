import { describe, expect, test } from 'vitest';
import { catalog } from '../../../scenarios/catalog/index.ts';
import {
  blindRequest,
  catalogueCampaign,
  defenderCampaign,
  type BlindCampaign,
} from '../../../scenarios/plants/blind.ts';
import { prepare } from '../../../scenarios/runner.ts';

const storm = { scenario: 'storm', overrides: {} };
const experiment = { scenario: 'experiment-first', overrides: {} };

function turnsOf(campaign: BlindCampaign, turns: number): readonly string[] {
  return Array.from({ length: turns }, (_, index) => {
    const { scenario, seed } = blindRequest(campaign, index + 1);
    return `${scenario} ${seed}`;
  });
}

describe('the turns of a blind campaign', () => {
  test('give each scenario its own seeds in a row, from the turn that is its first', () => {
    expect(turnsOf([storm, experiment], 6)).toEqual([
      'storm 1',
      'experiment-first 2',
      'storm 2',
      'experiment-first 3',
      'storm 3',
      'experiment-first 4',
    ]);
    expect(turnsOf([storm, experiment, experiment], 6)).toEqual([
      'storm 1',
      'experiment-first 2',
      'experiment-first 3',
      'storm 2',
      'experiment-first 4',
      'experiment-first 5',
    ]);
  });

  test('tell the same scenario at two sizes apart', () => {
    const large = { scenario: 'storm', overrides: { tools: '300' } };
    expect(turnsOf([storm, large], 4)).toEqual(['storm 1', 'storm 2', 'storm 2', 'storm 3']);
  });

  test.each([
    ['of the Defenders', defenderCampaign],
    ['of the catalogue', catalogueCampaign],
  ])('%s repeat no run within three rounds', (_, campaign) => {
    const runs = Array.from({ length: 3 * campaign.length }, (__, index) => {
      const { scenario, overrides, seed } = blindRequest(campaign, index + 1);
      return `${scenario} ${JSON.stringify(overrides)} ${seed}`;
    });
    expect(new Set(runs).size).toBe(runs.length);
  });

  test('of the catalogue meet every case of a scenario that has some in their first round', () => {
    const withCases = catalog.filter((scenario) => scenario.cases !== undefined);
    expect(withCases.length).toBeGreaterThan(0);
    for (const { name, cases: most = 1 } of withCases) {
      const seeds = catalogueCampaign.flatMap((_, index) => {
        const { scenario, seed } = blindRequest(catalogueCampaign, index + 1);
        return scenario === name ? [Number(seed) % most] : [];
      });
      expect(seeds.toSorted((left, right) => left - right)).toEqual(
        Array.from({ length: most }, (_, index) => index),
      );
    }
  });

  test('a scenario has as many cases as it says', () => {
    for (const { name, cases: most } of catalog) {
      if (most === undefined) continue;
      const caseOf = (seed: number): string => {
        const { setup } = prepare({ scenario: name, seed: BigInt(seed), overrides: {} });
        return JSON.stringify([setup.fixedFaults, setup.goals]);
      };
      const cases = Array.from({ length: 2 * most }, (_, seed) => caseOf(seed));
      expect(new Set(cases).size).toBe(most);
      expect(cases.slice(most)).toEqual(cases.slice(0, most));
    }
  });
});
