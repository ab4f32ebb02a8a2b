import type { Plant } from './plant.ts';

/** Breaks `effect.across-versions`. */
export const autoCommit: Plant = {
  name: 'auto-commit',
  summary: 'V1 commits offsets when it has fetched the records, not when their results are stored',
  rule: 'effect.across-versions',
  scenario: 'v1-storm',
  overrides: { tools: '120', minutes: '60' },
  customisation: {
    v1Defender: (settings) => ({
      ...settings,
      v1Policies: { ...settings.v1Policies, commit: 'when-fetched' },
    }),
  },
};
