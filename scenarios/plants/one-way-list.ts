import type { Plant } from './plant.ts';

const minuteMs = 60_000;

/** Breaks `retry.runnable`. */
export const oneWayList: Plant = {
  name: 'one-way-list',
  summary: 'Management resets no list that was rolled back, so no release can follow a rollback',
  rule: 'retry.runnable',
  scenario: 'rollback-drill',
  overrides: { tools: '24', defenders: '4', cassandraNodes: '3', minutes: '18' },
  faults: [
    { id: 's1', kind: 'operator.start-rollout', parameters: { image: 'v1.1' }, startMs: 2 * minuteMs },
    { id: 's2', kind: 'operator.rollback', parameters: { level: 'L1' }, startMs: 8 * minuteMs },
    { id: 's3', kind: 'operator.start-rollout', parameters: { image: 'v1.2' }, startMs: 10 * minuteMs },
  ],
  customisation: {
    management: (settings) => ({
      ...settings,
      policies: {
        ...settings.policies,
        refusalOf: (state, change, inventory) =>
          change.action === 'reset' && state.snapshot.action === 'rollback'
            ? { status: 409, reason: 'rolled-back', detail: 'the list was rolled back' }
            : settings.policies.refusalOf(state, change, inventory),
      },
    }),
  },
};
