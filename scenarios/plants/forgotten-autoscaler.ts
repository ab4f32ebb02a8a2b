import type { Plant } from './plant.ts';
import { wrapOrchestrator } from './wrap-orchestrator.ts';

const minuteMs = 60_000;

/** Breaks `autoscaler.follows`. */
export const forgottenAutoscaler: Plant = {
  name: 'forgotten-autoscaler',
  summary: 'the autoscaler that a release paused is not let go on',
  rule: 'autoscaler.follows',
  scenario: 'autoscaled-release',
  overrides: { tools: '24', defenders: '3', collectors: '2', cassandraNodes: '3', minutes: '16' },
  faults: [
    { id: 's1', kind: 'operator.start-rollout', parameters: { image: 'v1.1' }, startMs: 3 * minuteMs },
    { id: 's2', kind: 'operator.rollback', parameters: { level: 'L1' }, startMs: 10 * minuteMs },
  ],
  customisation: wrapOrchestrator((orchestrator) => ({
    label: async (name, labels) => {
      if (labels['autoscaling'] !== 'on') await orchestrator.label(name, labels);
    },
  })),
};
