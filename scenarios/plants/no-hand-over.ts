import type { Plant } from './plant.ts';

/** Breaks `rebalance.limits`. */
export const noHandOver: Plant = {
  name: 'no-hand-over',
  summary: 'a Defender that leaves gives its id up instead of handing it on',
  rule: 'rebalance.limits',
  scenario: 'rolling-update',
  overrides: { tools: '150', minutes: '60' },
  customisation: {
    defender: (settings) => ({ ...settings, policies: { ...settings.policies, handOver: 'none' } }),
  },
};
