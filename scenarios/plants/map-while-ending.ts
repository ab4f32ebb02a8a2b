import type { Plant } from './plant.ts';

/** Breaks `shutdown.order`. */
export const mapWhileEnding: Plant = {
  name: 'map-while-ending',
  summary: 'a Defender that drains still follows maps, and takes units up that it is about to leave',
  rule: 'shutdown.order',
  scenario: 'defender-slow-drain',
  overrides: { tools: '60' },
  customisation: {
    defender: (settings) => ({
      ...settings,
      policies: { ...settings.policies, mapWhileEnding: 'followed' },
    }),
  },
};
