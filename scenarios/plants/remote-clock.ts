import type { Plant } from './plant.ts';

/** Breaks `recovery.crash`. */
export const remoteClock: Plant = {
  name: 'remote-clock',
  summary: 'a heartbeat is judged by the time its sender wrote into it',
  rule: 'recovery.crash',
  scenario: 'clock-chaos',
  overrides: { tools: '60', minutes: '30' },
  customisation: {
    defender: (settings) => ({
      ...settings,
      policies: {
        ...settings.policies,
        deadVerdict: ({ heartbeatWallMs, leaderWallMs, deadAfterMs }) =>
          leaderWallMs - heartbeatWallMs >= deadAfterMs,
      },
    }),
  },
};
