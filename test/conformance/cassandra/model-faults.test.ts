import { expect, test } from 'vitest';
import { runFaults } from './faults/fault-run.ts';
import { judge } from './faults/oracle.ts';
import { faultOptions } from './faults/signatures.ts';
import { ModelRig } from './model-rig.ts';

test.each([1n, 2n, 3n])('the model keeps its promises under faults, seed %i', async (seed) => {
  const rig = new ModelRig({ nodesByDataCentre: [3], seed, deviations: [], options: faultOptions });
  const history = await rig.run(() => runFaults(rig, seed));
  expect(history.entries.length).toBeGreaterThan(1_000);
  const failed = history.entries.filter(({ outcome }) => outcome.kind === 'failed');
  expect(failed.length).toBeGreaterThan(50);
  expect(judge(history)).toEqual([]);
});
