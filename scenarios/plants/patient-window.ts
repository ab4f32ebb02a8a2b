import type { Plant } from './plant.ts';

/** Breaks `timeline.kept`. */
export const patientWindow: Plant = {
  name: 'patient-window',
  summary: 'a leader gathers planned changes for 20 s instead of 10',
  rule: 'timeline.kept',
  scenario: 'defender-timeline-2',
  overrides: {},
  customisation: {
    defender: (settings) => ({
      ...settings,
      windows: { ...settings.windows, plannedScalingMs: 20_000 },
    }),
  },
};
