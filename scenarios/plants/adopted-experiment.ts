import type { Plant } from './plant.ts';

/** Breaks `experiment.evidence`. */
export const adoptedExperiment: Plant = {
  name: 'adopted-experiment',
  summary: 'an experiment takes over the pods of the one before it by their names, whatever image they run',
  rule: 'experiment.evidence',
  scenario: 'experiment-first',
  overrides: { tools: '24', defenders: '3', collectors: '2', cassandraNodes: '3' },
  customisation: {
    rollout: (settings) => {
      const { experiment } = settings;
      if (experiment === undefined) return settings;
      const policies = {
        ...experiment.policies,
        isOwn: ({ run }: { readonly run: string | undefined }) => run !== undefined,
      };
      return { ...settings, experiment: { ...experiment, policies } };
    },
  },
};
