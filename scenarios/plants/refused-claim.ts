import type { Plant } from './plant.ts';

/** Breaks `pattern.done`. */
export const refusedClaim: Plant = {
  name: 'refused-claim',
  summary: 'an Unavailable of a light-weight transaction is taken for a refusal',
  rule: 'pattern.done',
  scenario: 'cassandra-lwt-dc-down-commit',
  overrides: {},
  pattern: 'P4',
  customisation: {},
};
