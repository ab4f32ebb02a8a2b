import { overwriting } from './overwriting-nats.ts';
import type { Plant } from './plant.ts';

/** Breaks `identity.unique`. */
export const overwrittenClaim: Plant = {
  name: 'overwritten-claim',
  summary: 'an id of the pool is claimed without looking and without compare-and-set',
  rule: 'identity.unique',
  scenario: 'quiet-day',
  overrides: { tools: '150', minutes: '20' },
  customisation: {
    ports: (component, ports) =>
      component === 'defender' ? { ...ports, nats: overwriting(ports.nats, ['parti-ids'], true) } : ports,
  },
};
