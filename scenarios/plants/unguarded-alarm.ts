import { massacreWithoutAcks } from './massacre.ts';
import type { Plant } from './plant.ts';

/** Breaks `alarm.one-effect`. */
export const unguardedAlarm: Plant = {
  name: 'unguarded-alarm',
  summary: 'an alarm is written without a light-weight transaction',
  rule: 'alarm.one-effect',
  scenario: 'lost-acks',
  overrides: { tools: '600', minutes: '60' },
  faults: massacreWithoutAcks,
  customisation: {
    defender: (settings) => ({
      ...settings,
      policies: { ...settings.policies, alarmClaim: 'unconditional' },
    }),
  },
};
