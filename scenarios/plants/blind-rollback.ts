import type { Plant } from './plant.ts';

/** Breaks `rollback.named`. */
export const blindRollback: Plant = {
  name: 'blind-rollback',
  summary: 'a rollback is called complete without waiting for the gateways',
  rule: 'rollback.named',
  scenario: 'gateway-cut',
  overrides: { tools: '150' },
  customisation: {
    rollout: (settings) => ({ ...settings, policies: { ...settings.policies, awaitedGateways: () => [] } }),
  },
};
