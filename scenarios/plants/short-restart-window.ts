import type { Plant } from './plant.ts';

/** Breaks `windows.kept`. */
export const shortRestartWindow: Plant = {
  name: 'short-restart-window',
  summary: 'after a restart of the whole cluster the window is that of planned scaling',
  rule: 'windows.kept',
  scenario: 'cluster-restart',
  overrides: { tools: '60', defenders: '12', minutes: '30' },
  customisation: {
    defender: (settings) => ({
      ...settings,
      policies: {
        ...settings.policies,
        windowMs: (reason, windows) =>
          reason === 'restart' ? windows.plannedScalingMs : settings.policies.windowMs(reason, windows),
      },
    }),
  },
};
