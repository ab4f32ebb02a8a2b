import { describe, expect, test } from 'vitest';
import { mutationCatalogue } from '../../../sim/nats/index.ts';
import { runOnModel } from './comparison.ts';
import { mutationTable } from './mutation-table.ts';
import { recordedRuns } from './recording.ts';

/** Deliberate errors that no client can see: before 2.10 every creation of a consumer was an update, too. */
const outOfReach: Readonly<Record<'2.12' | '2.9.10', readonly string[]>> = {
  '2.12': [],
  '2.9.10': ['createOverwrites', 'updateCreates'],
};

for (const profile of ['2.12', '2.9.10'] as const) {
  describe(`what real servers answered, profile ${profile}`, () => {
    const runs = recordedRuns(profile);

    test('the model answers the same', async () => {
      for (const { id, plan, observations } of runs) {
        const model = await runOnModel(plan, profile);
        expect(model.observations.slice(0, observations.length), id).toEqual(observations);
      }
      expect(runs.reduce((sum, { plan }) => sum + plan.steps.length, 0)).toBeGreaterThan(1_000);
    });

    test('the model with a deliberate error does not', async () => {
      const rows = await mutationTable(profile, runs);
      const missed = rows.filter(({ sequence }) => sequence === undefined).map(({ mutation }) => mutation);
      expect(missed.toSorted((left, right) => (left < right ? -1 : 1))).toEqual(outOfReach[profile]);
      expect(Object.keys(mutationCatalogue).length).toBeGreaterThanOrEqual(30);
    });
  });
}
