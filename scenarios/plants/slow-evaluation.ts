import type { Plant } from './plant.ts';

/** Breaks `budget.processing`. */
export const slowEvaluation: Plant = {
  name: 'slow-evaluation',
  summary: 'evaluating a chart takes six seconds',
  rule: 'budget.processing',
  scenario: 'quiet-day',
  overrides: { tools: '150', minutes: '60' },
  customisation: {
    defender: (settings) => ({ ...settings, stageCosts: { ...settings.stageCosts, evaluateMs: 6000 } }),
  },
};
