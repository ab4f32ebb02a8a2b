import type { Plant } from './plant.ts';
import { wrapOrchestrator } from './wrap-orchestrator.ts';

/** Breaks `capacity.stable`. */
export const borrowedReplicas: Plant = {
  name: 'borrowed-replicas',
  summary: 'the replicas that the canary gets are taken from the stable colour before the roles are swapped',
  rule: 'capacity.stable',
  scenario: 'gateway-cut',
  overrides: { tools: '24', defenders: '4', cassandraNodes: '3', minutes: '12' },
  customisation: wrapOrchestrator((orchestrator) => ({
    scale: async (name, replicas) => {
      await orchestrator.scale(name, replicas);
      if (name === 'defender-green') await orchestrator.scale('defender-blue', Math.ceil(replicas / 2));
    },
  })),
};
