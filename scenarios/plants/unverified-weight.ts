import type { Plant } from './plant.ts';

const minuteMs = 60_000;

/** Breaks `list.applied`. */
export const unverifiedWeight: Plant = {
  name: 'unverified-weight',
  summary: 'a stage begins when the list is written, and gateways look for it every two minutes',
  rule: 'list.applied',
  scenario: 'half-applied',
  overrides: { tools: '24', defenders: '3', collectors: '2', cassandraNodes: '3', minutes: '12' },
  faults: [
    { id: 's1', kind: 'operator.start-rollout', parameters: { image: 'v1.1' }, startMs: 3 * minuteMs },
  ],
  customisation: {
    gateway: (settings) => ({ ...settings, refreshMs: 2 * minuteMs, maxPushLength: 0 }),
    rollout: (settings) => ({
      ...settings,
      policies: { ...settings.policies, awaitedGateways: () => [] },
    }),
  },
};
