import { massacre } from './massacre.ts';
import type { Plant } from './plant.ts';

/** Breaks `effect.exactly-once`. */
export const ackBeforeStore: Plant = {
  name: 'ack-before-store',
  summary: 'the Defender acknowledges a completion before its result is durable',
  rule: 'effect.exactly-once',
  scenario: 'defender-churn',
  overrides: { tools: '600', minutes: '60' },
  faults: massacre,
  customisation: {
    defender: (settings) => ({
      ...settings,
      policies: { ...settings.policies, acknowledge: 'before-store' },
    }),
  },
};
