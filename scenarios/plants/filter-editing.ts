import type { Plant } from './plant.ts';

/** Breaks `liveness.converged`: completions lie in the stream, and no consumer will ever deliver them (jetstream §4.8). */
export const filterEditing: Plant = {
  name: 'filter-editing',
  summary: 'each Defender has one consumer, whose filters are edited when units move',
  rule: 'liveness.converged',
  scenario: 'nats-filter-editing',
  overrides: { tools: '150', minutes: '30' },
  customisation: {
    defender: (settings) => ({ ...settings, consumerModel: 'filtered-durable', filterChange: 'edit' }),
  },
};
