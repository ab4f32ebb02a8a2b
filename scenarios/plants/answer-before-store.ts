import { massacreOfCollectors } from './massacre.ts';
import type { Plant } from './plant.ts';

/** Breaks `durability.acknowledged`. */
export const answerBeforeStore: Plant = {
  name: 'answer-before-store',
  summary: 'the collector answers a request before its points are durable, and completes with what is there',
  rule: 'durability.acknowledged',
  scenario: 'cassandra-storm',
  overrides: { tools: '600', minutes: '60' },
  faults: massacreOfCollectors,
  customisation: {
    collector: (settings) => ({
      ...settings,
      policies: { ...settings.policies, answerSend: 'before-store', missingRequests: () => [] },
    }),
    defender: (settings) => ({ ...settings, policies: { ...settings.policies, completeness: 'ignored' } }),
  },
};
