import type { Plant } from './plant.ts';

/** Breaks `field.one-writer`. */
export const greedyGitOps: Plant = {
  name: 'greedy-gitops',
  summary: 'a GitOps controller takes back what the rollout has changed',
  rule: 'field.one-writer',
  scenario: 'gitops-beside',
  overrides: { tools: '24', defenders: '3', collectors: '2', cassandraNodes: '3', minutes: '20' },
  pattern: 'everything',
  customisation: {},
};
