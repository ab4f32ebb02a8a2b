import type { Plant } from './plant.ts';

/** Breaks `windows.kept`. */
export const hastyWindow: Plant = {
  name: 'hasty-window',
  summary: 'a planned change is acted on at once',
  rule: 'windows.kept',
  scenario: 'scaling',
  overrides: { tools: '150', minutes: '60' },
  customisation: {
    defender: (settings) => ({
      ...settings,
      policies: {
        ...settings.policies,
        windowMs: (reason, windows) =>
          reason === 'scaling' ? 0 : settings.policies.windowMs(reason, windows),
      },
    }),
  },
};
