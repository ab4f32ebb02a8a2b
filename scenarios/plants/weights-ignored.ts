import type { Plant } from './plant.ts';

/** Breaks `balance.kept`. */
export const weightsIgnored: Plant = {
  name: 'weights-ignored',
  summary: 'every unit counts the same, however much its tool sends',
  rule: 'balance.kept',
  scenario: 'scaling',
  overrides: { tools: '150', minutes: '30' },
  customisation: {
    defender: (settings) => ({
      ...settings,
      policies: {
        ...settings.policies,
        assign: (input) =>
          settings.policies.assign({
            ...input,
            units: input.units.map(({ unit }) => ({ unit, weight: 1 })),
          }),
      },
    }),
  },
};
