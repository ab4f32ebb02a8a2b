import type { Plant } from './plant.ts';

/** Breaks `tool.no-overflow`. */
export const closedDoor: Plant = {
  name: 'closed-door',
  summary: 'collectors have room for no call at all',
  rule: 'tool.no-overflow',
  scenario: 'quiet-day',
  overrides: { tools: '20', minutes: '1200' },
  customisation: {
    collector: (settings) => ({ ...settings, maxInFlight: 0 }),
  },
};
