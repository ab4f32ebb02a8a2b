import type { Plant } from './plant.ts';

/** Breaks `isolation.colour`. */
export const uncheckedConfig: Plant = {
  name: 'unchecked-config',
  summary: 'a collector runs with whatever NATS its settings name, without a look at whose it is',
  rule: 'isolation.colour',
  scenario: 'config-edited',
  overrides: { tools: '24', defenders: '3', collectors: '2', cassandraNodes: '3', minutes: '50' },
  customisation: {
    collector: (settings) => ({ ...settings, expectedClusterName: undefined }),
  },
};
