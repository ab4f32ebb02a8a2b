import { stoppingAtDisconnect } from './stopping-nats.ts';
import type { Plant } from './plant.ts';

/** Breaks `liveness.converged`. */
export const lazyPull: Plant = {
  name: 'lazy-pull',
  summary: 'a Defender that lost its NATS connection never pulls again',
  rule: 'liveness.converged',
  scenario: 'nats-storm',
  overrides: { tools: '150', minutes: '60' },
  faults: [12, 20, 28].map((minute) => ({
    id: `k${minute}`,
    kind: 'nats.kill-node',
    parameters: { colour: 'blue' },
    startMs: minute * 60_000,
    endMs: minute * 60_000 + 60_000,
  })),
  customisation: {
    ports: (component, ports) =>
      component === 'defender' ? { ...ports, nats: stoppingAtDisconnect(ports.nats) } : ports,
  },
};
