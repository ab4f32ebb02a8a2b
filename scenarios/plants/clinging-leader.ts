import type { Plant } from './plant.ts';

/** Breaks `leadership.effective`. */
export const clingingLeader: Plant = {
  name: 'clinging-leader',
  summary: 'a leader that cannot reach NATS goes on renewing its lease at the Election Agent',
  rule: 'leadership.effective',
  scenario: 'election-agent',
  overrides: { tools: '60', minutes: '40' },
  customisation: {
    defender: (settings) => ({
      ...settings,
      policies: { ...settings.policies, leaderWithoutNats: 'stays' },
    }),
  },
};
