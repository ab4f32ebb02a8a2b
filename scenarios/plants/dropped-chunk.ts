import type { Plant } from './plant.ts';

/** Breaks `result.fault-free`. */
export const droppedChunk: Plant = {
  name: 'dropped-chunk',
  summary: 'the collector leaves the last chunk out when it packs a context',
  rule: 'result.fault-free',
  scenario: 'quiet-day',
  overrides: { tools: '150', minutes: '60' },
  customisation: {
    collector: (settings) => ({
      ...settings,
      policies: { ...settings.policies, chunksToPack: (chunks) => chunks.slice(0, -1) },
    }),
    defender: (settings) => ({ ...settings, policies: { ...settings.policies, completeness: 'ignored' } }),
  },
};
