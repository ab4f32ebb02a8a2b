import type { Plant } from './plant.ts';

/** Breaks `cache.hit-rate`. */
export const forgetfulCache: Plant = {
  name: 'forgetful-cache',
  summary: 'the cache has room for nothing',
  rule: 'cache.hit-rate',
  scenario: 'quiet-day',
  overrides: { tools: '150', minutes: '120' },
  customisation: {
    defender: (settings) => ({ ...settings, cacheLimitBytes: 1 }),
  },
};
