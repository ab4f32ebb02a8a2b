import type { Plant } from './plant.ts';

/** Breaks `alarm.fault-free`. */
export const mixedHistory: Plant = {
  name: 'mixed-history',
  summary: 'the cache keeps histories by recipe alone, so tools are judged by the history of others',
  rule: 'alarm.fault-free',
  scenario: 'quiet-day',
  overrides: { tools: '150', minutes: '120' },
  customisation: {
    defender: (settings) => ({
      ...settings,
      policies: { ...settings.policies, cacheKey: (_unit, recipe) => recipe },
    }),
  },
};
