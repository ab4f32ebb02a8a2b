import type { Plant } from './plant.ts';
import { wrapOrchestrator } from './wrap-orchestrator.ts';

/** Breaks `roles.agree`. */
export const forgottenLabel: Plant = {
  name: 'forgotten-label',
  summary: 'role labels are set for the collectors and forgotten for the Defenders',
  rule: 'roles.agree',
  scenario: 'rollback-drill',
  overrides: { tools: '24', defenders: '4', cassandraNodes: '3', minutes: '12' },
  faults: [
    { id: 's1', kind: 'operator.start-rollout', parameters: { image: 'v1.1' }, startMs: 120_000 },
    { id: 's2', kind: 'operator.rollback', parameters: { level: 'L1' }, startMs: 480_000 },
  ],
  customisation: wrapOrchestrator((orchestrator) => ({
    label: (name, labels) =>
      name.startsWith('defender') ? Promise.resolve() : orchestrator.label(name, labels),
  })),
};
