import type { Plant } from './plant.ts';

/** Breaks `pattern.kept`. */
export const skewedClockUpsert: Plant = {
  name: 'skewed-clock-upsert',
  summary: 'results are written with the timestamps of workers whose clocks differ',
  rule: 'pattern.kept',
  scenario: 'cassandra-far-future',
  overrides: {},
  pattern: 'P7',
  customisation: {},
};
