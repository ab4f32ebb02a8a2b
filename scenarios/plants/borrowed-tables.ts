import type { Plant } from './plant.ts';

/** Breaks `experiment.isolated`. */
export const borrowedTables: Plant = {
  name: 'borrowed-tables',
  summary: 'the pods of an experiment write into the tables of the fab',
  rule: 'experiment.isolated',
  scenario: 'experiment-first',
  overrides: { tools: '24', defenders: '3', collectors: '2', cassandraNodes: '3' },
  customisation: { experiment: (isolation) => ({ ...isolation, tableOf: (table) => table }) },
};
