import type { Plant } from './plant.ts';

/** Breaks `background.heeded`. */
export const unheededAnalysis: Plant = {
  name: 'unheeded-analysis',
  summary: 'what the background analysis finds is counted and not acted on',
  rule: 'background.heeded',
  scenario: 'background-analysis',
  overrides: { tools: '24', defenders: '3', collectors: '2', cassandraNodes: '3', minutes: '60' },
  customisation: {
    rollout: (settings) => ({
      ...settings,
      policies: { ...settings.policies, judgeAnalysis: () => undefined },
    }),
  },
};
