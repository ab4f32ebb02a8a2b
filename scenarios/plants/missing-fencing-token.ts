import { unlockedLeadership } from './unlocked-leadership.ts';
import type { Plant } from './plant.ts';

/** Breaks `leadership.fenced`. */
export const missingFencingToken: Plant = {
  ...unlockedLeadership,
  name: 'missing-fencing-token',
  summary: 'a leader goes on whatever its lock says, and members follow any map, whichever term it is of',
  overrides: { tools: '60', minutes: '30' },
  customisation: {
    defender: (settings) => ({
      ...settings,
      policies: { ...settings.policies, fencing: 'none', acceptMap: () => true },
    }),
  },
};
