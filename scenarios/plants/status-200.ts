import type { Plant } from './plant.ts';

/** Breaks `canary.taken-back`. */
export const status200: Plant = {
  name: 'status-200',
  summary: 'gates count errors by the HTTP status, which is 200 for whatever gRPC answers',
  rule: 'canary.taken-back',
  scenario: 'flapping-canary',
  overrides: { tools: '60', defenders: '3', collectors: '2', cassandraNodes: '3', minutes: '50' },
  customisation: {
    ports: (component, ports) => {
      if (component !== 'rollout') return ports;
      const { metricsQueries } = ports;
      return {
        ...ports,
        metricsQueries: {
          evaluate: (query) => {
            const { code, ...labels } = query.labels;
            return metricsQueries.evaluate(code === 'OK' ? { ...query, labels } : query);
          },
        },
      };
    },
  },
};
