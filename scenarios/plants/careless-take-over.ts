import type { Plant } from './plant.ts';

/** Breaks `identity.unique`. */
export const carelessTakeOver: Plant = {
  name: 'careless-take-over',
  summary: 'an id that looks free is taken over without compare-and-set',
  rule: 'identity.unique',
  scenario: 'cluster-restart',
  overrides: { tools: '60', defenders: '20', minutes: '20' },
  customisation: {
    defender: (settings) => ({ ...settings, policies: { ...settings.policies, takeOver: 'overwrite' } }),
  },
};
