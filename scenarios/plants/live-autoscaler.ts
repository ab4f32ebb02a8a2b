import type { Plant } from './plant.ts';

/** Breaks `autoscaler.paused`. */
export const liveAutoscaler: Plant = {
  name: 'live-autoscaler',
  summary: 'the autoscaler of the stable colour goes on while tools are at the canary',
  rule: 'autoscaler.paused',
  scenario: 'autoscaled-release',
  overrides: { tools: '24', defenders: '3', collectors: '2', cassandraNodes: '3', minutes: '30' },
  customisation: {
    rollout: (settings) => ({ ...settings, pausesAutoscaling: false }),
  },
};
