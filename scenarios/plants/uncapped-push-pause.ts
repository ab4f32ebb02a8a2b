import type { Plant } from './plant.ts';

/** Breaks `rollback.returned`. */
export const uncappedPushPause: Plant = {
  name: 'uncapped-push-pause',
  summary:
    'the pause between pushes to a gateway that does not answer doubles without end, and gateways ask only every minute',
  rule: 'rollback.returned',
  scenario: 'gateway-cut',
  overrides: { tools: '60' },
  customisation: {
    gateway: (settings) => ({ ...settings, refreshMs: 60_000 }),
    management: (settings) => ({ ...settings, pushRetryMaxMs: Infinity }),
  },
};
