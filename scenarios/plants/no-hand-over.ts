import type { Plant } from './plant.ts';

/** Breaks `rebalance.limits`. */
export const noHandOver: Plant = {
  name: 'no-hand-over',
  summary: 'a starting Defender takes a free id at once, and one that leaves gives its own up',
  rule: 'rebalance.limits',
  scenario: 'rolling-update',
  overrides: { tools: '150', minutes: '60' },
  customisation: {
    defender: (settings) => ({
      ...settings,
      standbyHoldOffMs: 0,
      policies: { ...settings.policies, handOver: 'none' },
    }),
  },
};
