import type { Orchestrator } from '../../system/ports/orchestrator.ts';
import type { Plant } from './plant.ts';
import { wrapOrchestrator } from './wrap-orchestrator.ts';

/** Only the first number of replicas is ordered; later ones are taken for there. */
function believing(orchestrator: Orchestrator): Partial<Orchestrator> {
  let asked = 0;
  const isMeant = (name: string): boolean => name === 'collector-green';
  return {
    scale: async (name, replicas) => {
      const isFirst = !isMeant(name) || asked === 0;
      if (isMeant(name)) asked = replicas;
      if (isFirst) await orchestrator.scale(name, replicas);
    },
    status: async (name) => {
      const status = await orchestrator.status(name);
      if (!isMeant(name) || asked <= status.desired) return status;
      return { ...status, desired: asked, updated: asked, ready: asked, available: asked };
    },
  };
}

/** Breaks `canary.scaled`. */
export const trustingCapacity: Plant = {
  name: 'trusting-capacity',
  summary: 'a stage begins on the word that its collectors will be there',
  rule: 'canary.scaled',
  scenario: 'canary-scale',
  overrides: { tools: '24', defenders: '3', collectors: '2', cassandraNodes: '3', minutes: '40' },
  customisation: wrapOrchestrator(believing),
};
