import type { Plant } from './plant.ts';

/** Breaks `recovery.crash`. */
export const lateDetection: Plant = {
  name: 'late-detection',
  summary: 'a crash is noticed only when the entry of the dead expires, after 30 s',
  rule: 'recovery.crash',
  scenario: 'defender-churn',
  overrides: { tools: '150', minutes: '60' },
  customisation: {
    defender: (settings) => ({
      ...settings,
      policies: { ...settings.policies, deadVerdict: ({ silentMs }) => silentMs >= 30_000 },
    }),
  },
};
