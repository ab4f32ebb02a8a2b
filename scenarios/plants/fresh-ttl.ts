import type { Plant } from './plant.ts';

/** Breaks `pattern.expires`. */
export const freshTtl: Plant = {
  name: 'fresh-ttl',
  summary: 'a result that is written again gets its whole TTL again',
  rule: 'pattern.expires',
  scenario: 'cassandra-ttl-edge',
  overrides: {},
  pattern: 'P1',
  customisation: {},
};
