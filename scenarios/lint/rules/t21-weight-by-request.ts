import { nodeAt } from '../documents/manifest-node.ts';
import { weightSteps } from '../input/replicas.ts';
import { placeOf } from '../input/resource.ts';
import type { LintRule } from './rule.ts';

export const weightByRequest: LintRule = {
  id: 'T21',
  title: 'Weights of the gateway split requests, not tools',
  effect: 'the requests of one tool go to both colours: its contexts are torn between two versions',
  fix: 'let the Management list say which tools are canary; weights stay at 0 or 100',
  source: 'delivery 43, C9, F18',
  check: (input) =>
    input.resources
      .filter((resource) => resource.kind === 'Rollout')
      .flatMap((rollout) => {
        const canary = nodeAt(rollout.root, 'spec', 'strategy', 'canary');
        const split = weightSteps(rollout).find((step) => step.weight > 0 && step.weight < 100);
        if (nodeAt(canary, 'trafficRouting', 'apisix') === undefined || split === undefined) return [];
        const why = `the APISIX router of Argo sets ${split.weight} % for each request of ${rollout.name}`;
        return [{ place: placeOf(canary, 'trafficRouting', 'apisix'), why }];
      }),
};
