import { overwriting } from './overwriting-nats.ts';
import type { Plant } from './plant.ts';

/** Breaks `leadership.fenced`. */
export const unlockedLeadership: Plant = {
  name: 'unlocked-leadership',
  summary: 'lock and map are written without compare-and-set, and nobody looks at the term',
  rule: 'leadership.fenced',
  scenario: 'quiet-day',
  overrides: { tools: '150', minutes: '30' },
  faults: [
    {
      id: 'g1',
      kind: 'pod.freeze',
      parameters: { component: 'leader-defender', colour: 'blue', count: 1 },
      startMs: 10 * 60_000,
      endMs: 10 * 60_000 + 20_000,
    },
    {
      id: 'g2',
      kind: 'pod.kill',
      parameters: { component: 'defender', colour: 'blue', count: 2 },
      startMs: 13 * 60_000,
    },
    {
      id: 'g3',
      kind: 'pod.kill',
      parameters: { component: 'defender', colour: 'blue', count: 2 },
      startMs: 18 * 60_000,
    },
  ],
  customisation: {
    defender: (settings) => ({
      ...settings,
      policies: { ...settings.policies, fencing: 'none', acceptMap: () => true },
    }),
    ports: (component, ports) =>
      component === 'defender'
        ? { ...ports, nats: overwriting(ports.nats, ['parti-leader', 'parti-assignments']) }
        : ports,
  },
};
