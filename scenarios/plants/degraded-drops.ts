import type { Plant } from './plant.ts';

/** Breaks `degraded.keeps`. */
export const degradedDrops: Plant = {
  name: 'degraded-drops',
  summary: 'a Defender that loses NATS lets go of all its units',
  rule: 'degraded.keeps',
  scenario: 'nats-storm',
  overrides: { tools: '60', minutes: '30' },
  customisation: {
    defender: (settings) => ({
      ...settings,
      policies: { ...settings.policies, assignmentWhenDegraded: 'let-go' },
    }),
  },
};
