import { noExperimentCounts } from '../../system/routing/experiment/judgement.ts';
import type { Plant } from './plant.ts';

/** Breaks `experiment.aborts`. */
export const patientExperiment: Plant = {
  name: 'patient-experiment',
  summary: 'failed measurements of an experiment are counted, and nothing is decided before its time is over',
  rule: 'experiment.aborts',
  scenario: 'experiment-first',
  overrides: { tools: '24', defenders: '3', collectors: '2', cassandraNodes: '3' },
  customisation: {
    rollout: (settings) => {
      const { experiment } = settings;
      if (experiment === undefined) return settings;
      const { judge } = experiment.policies;
      const policies = {
        ...experiment.policies,
        judge: ((counts, given, isOver, whole) =>
          judge(isOver ? counts : noExperimentCounts, given, isOver, whole)) satisfies typeof judge,
      };
      return { ...settings, experiment: { ...experiment, policies } };
    },
  },
};
