import { stoppingAtDisconnect } from './stopping-nats.ts';
import type { Plant } from './plant.ts';

/** Breaks `liveness.converged`. */
export const lazyPull: Plant = {
  name: 'lazy-pull',
  summary: 'a Defender that lost its NATS connection never pulls again',
  rule: 'liveness.converged',
  scenario: 'nats-storm',
  overrides: { tools: '150', minutes: '60' },
  customisation: {
    ports: (component, ports) =>
      component === 'defender' ? { ...ports, nats: stoppingAtDisconnect(ports.nats) } : ports,
  },
};
