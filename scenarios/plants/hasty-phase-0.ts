import type { Plant } from './plant.ts';

const minuteMs = 60_000;

/** Breaks `idle.clean`. */
export const hastyPhase0: Plant = {
  name: 'hasty-phase-0',
  summary: 'a release begins without looking whether the idle colour has worked off its backlog',
  rule: 'idle.clean',
  scenario: 'rollback-drill',
  overrides: { tools: '24', defenders: '4', cassandraNodes: '3', minutes: '36' },
  faults: [
    { id: 's1', kind: 'operator.start-rollout', parameters: { image: 'v1.1' }, startMs: 3 * minuteMs },
    {
      id: 's2',
      kind: 'operator.scale',
      parameters: { deployment: 'defender-green', replicas: 0 },
      startMs: 22 * minuteMs,
    },
    { id: 's3', kind: 'operator.rollback', parameters: { level: 'L1' }, startMs: 30 * minuteMs },
    { id: 's4', kind: 'operator.start-rollout', parameters: { image: 'v1.2' }, startMs: 31 * minuteMs },
  ],
  customisation: {
    rollout: (settings) => ({ ...settings, policies: { ...settings.policies, isDrained: () => true } }),
  },
};
