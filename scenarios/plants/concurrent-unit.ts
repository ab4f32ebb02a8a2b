import type { Plant } from './plant.ts';

/** Breaks `unit.order`. */
export const concurrentUnit: Plant = {
  name: 'concurrent-unit',
  summary: 'completions of one unit are processed side by side',
  rule: 'unit.order',
  scenario: 'nats-storm',
  overrides: { tools: '60', minutes: '80' },
  // Completions pile up while nobody can fetch them.
  faults: [
    {
      id: 'c1',
      kind: 'nats.client-cut',
      parameters: { colour: 'blue', component: 'defender', share: 1 },
      startMs: 8 * 60_000,
      endMs: 70 * 60_000,
    },
  ],
  customisation: {
    defender: (settings) => ({ ...settings, policies: { ...settings.policies, unitOrder: 'concurrent' } }),
  },
};
