import { basicCanaryReplicas } from '../../dry-run/argo/basic-canary.ts';
import { nodeAt } from '../documents/manifest-node.ts';
import { hasTrafficRouting, maxSurgeOf, replicasOf, weightSteps } from '../input/replicas.ts';
import type { LintRule } from './rule.ts';

/** Points of percent by which a share of pods may miss the weight. */
const tolerated = 5;

export const unreachableWeight: LintRule = {
  id: 'T9',
  title: 'Weight that this number of pods cannot give',
  effect: 'the canary gets another share than the step says, at once more users than intended',
  fix: 'route traffic by weight (trafficRouting), or choose weights that the pods can give',
  source: 'delivery 12, 1L',
  check: (input) =>
    input.resources
      .filter(({ kind, root }) => kind === 'Rollout' && nodeAt(root, 'spec', 'replicas') !== undefined)
      .filter((rollout) => !hasTrafficRouting(rollout))
      .flatMap((rollout) => {
        const replicas = replicasOf(rollout);
        const surge = maxSurgeOf(rollout, replicas);
        const shares = weightSteps(rollout).map((step) => {
          const { canary, stable } = basicCanaryReplicas(replicas, step.weight, surge);
          return { ...step, share: (100 * canary) / Math.max(1, canary + stable) };
        });
        const worst = shares.find(({ share, weight }) => Math.abs(share - weight) >= tolerated);
        if (worst === undefined) return [];
        const given = shares.map(({ share }) => Math.round(share)).join(', ');
        const wanted = shares.map(({ weight }) => weight).join(', ');
        return [
          {
            place: worst.step.keyPlace,
            why: `without a router the share is that of the pods: with ${replicas} of them ${given} % in place of ${wanted} %`,
          },
        ];
      }),
};
