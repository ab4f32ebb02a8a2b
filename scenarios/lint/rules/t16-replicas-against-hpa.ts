import { nodeAt, textAt } from '../documents/manifest-node.ts';
import { placeOf, sameNamespace } from '../input/resource.ts';
import type { LintRule } from './rule.ts';

export const replicasAgainstHpa: LintRule = {
  id: 'T16',
  title: 'Replicas set in the manifest of a workload with an HPA',
  effect:
    'each apply sets the count back and the HPA raises it again: capacity drops under load, and every change of it holds up the steps of a rollout',
  fix: 'leave spec.replicas out of the manifest: one writer for each field',
  source: 'delivery 22, 83, F51, F57',
  check: (input) =>
    input.resources
      .filter((resource) => resource.kind === 'HorizontalPodAutoscaler')
      .flatMap((autoscaler) => {
        const target = nodeAt(autoscaler.root, 'spec', 'scaleTargetRef');
        const workload = input.resources.find(
          (resource) =>
            resource.kind === textAt(target, 'kind') &&
            resource.name === textAt(target, 'name') &&
            sameNamespace(autoscaler, resource),
        );
        if (workload === undefined || nodeAt(workload.root, 'spec', 'replicas') === undefined) return [];
        const why = `HorizontalPodAutoscaler ${autoscaler.name} writes the replicas of ${workload.kind} ${workload.name}, too`;
        return [{ place: placeOf(workload.root, 'spec', 'replicas'), why }];
      }),
};
