import type { Plant } from './plant.ts';

/** Breaks `gate.evidence`. */
export const blindGate: Plant = {
  name: 'blind-gate',
  summary: 'a gate passes whatever it measured, even nothing',
  rule: 'gate.evidence',
  scenario: 'bad-canary',
  overrides: { tools: '150', minutes: '90' },
  customisation: {
    rollout: (settings) => ({
      ...settings,
      policies: {
        ...settings.policies,
        decideGate: (...input) => ({ ...settings.policies.decideGate(...input), decision: 'pass' }),
      },
    }),
  },
};
