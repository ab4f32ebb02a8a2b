import type { Plant } from './plant.ts';

/** Breaks `pattern.once`. */
export const dedupeCheckThenAct: Plant = {
  name: 'dedupe-check-then-act',
  summary: 'a job is looked up in a dedupe table, done, and then noted',
  rule: 'pattern.once',
  scenario: 'cassandra-fd-disagreement',
  overrides: {},
  pattern: 'P5',
  customisation: {},
};
