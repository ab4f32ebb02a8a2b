import type { Plant } from './plant.ts';

/** Breaks `routing.stale`. */
export const lateStaleAlarm: Plant = {
  name: 'late-stale-alarm',
  summary: 'a gateway without Management keeps quiet for an hour',
  rule: 'routing.stale',
  scenario: 'gateway-cut',
  overrides: { tools: '150' },
  customisation: {
    gateway: (settings) => ({ ...settings, staleAlarmMs: 3_600_000 }),
  },
};
