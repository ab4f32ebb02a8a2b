import type { SystemCustomisation } from '../../sim/system-customisation.ts';
import type { Orchestrator } from '../../system/ports/orchestrator.ts';

/** The rollout controller has the same orchestrator, but for the methods that are replaced. */
export function wrapOrchestrator(
  replaced: (orchestrator: Orchestrator) => Partial<Orchestrator>,
): SystemCustomisation {
  return {
    ports: (component, ports) => {
      if (component !== 'rollout') return ports;
      const { orchestrator } = ports;
      return {
        ...ports,
        orchestrator: {
          status: (name) => orchestrator.status(name),
          scale: (name, replicas) => orchestrator.scale(name, replicas),
          setImage: (name, image) => orchestrator.setImage(name, image),
          label: (name, labels) => orchestrator.label(name, labels),
          ...replaced(orchestrator),
        },
      };
    },
  };
}
