import { canarySteps } from '../input/resource.ts';
import { hasTrafficRouting } from '../input/replicas.ts';
import type { LintRule } from './rule.ts';

export const canaryScaleWithoutRouter: LintRule = {
  id: 'L5',
  title: 'setCanaryScale without trafficRouting',
  effect: 'the Rollout is InvalidSpec (Degraded): "SetCanaryScale requires TrafficRouting to be set"',
  fix: 'add trafficRouting, or use setWeight, which sets the share of pods where there is no router',
  source: 'delivery L5, 13',
  check: (input) =>
    input.resources
      .filter((resource) => resource.kind === 'Rollout' && !hasTrafficRouting(resource))
      .flatMap((rollout) =>
        canarySteps(rollout)
          .filter((step) => step.key === 'setCanaryScale')
          .slice(0, 1)
          .map((step) => ({ place: step.keyPlace, why: `Rollout ${rollout.name} has no trafficRouting` })),
      ),
};
