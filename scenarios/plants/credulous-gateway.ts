import type { Plant } from './plant.ts';

const minuteMs = 60_000;

/** Breaks `routing.one-colour`. */
export const credulousGateway: Plant = {
  name: 'credulous-gateway',
  summary: 'a gateway takes over whatever list it is told, also an older one',
  rule: 'routing.one-colour',
  scenario: 'routing-storm',
  overrides: { tools: '24', defenders: '3', collectors: '2', cassandraNodes: '3', minutes: '12' },
  faults: [
    { id: 's1', kind: 'operator.start-rollout', parameters: { image: 'v1.1' }, startMs: 2 * minuteMs },
    { id: 'f1', kind: 'management.bad-list', parameters: { how: 'stale' }, startMs: minuteMs },
    { id: 'f2', kind: 'management.lost-push', parameters: { share: 0.5 }, startMs: minuteMs },
    { id: 's2', kind: 'operator.rollback', parameters: { level: 'L1' }, startMs: 8 * minuteMs },
  ],
  customisation: {
    gateway: (settings) => ({ ...settings, policies: { ...settings.policies, accepts: () => true } }),
  },
};
