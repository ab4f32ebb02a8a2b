import { nodeAt, numberAt, textAt } from '../documents/manifest-node.ts';
import { absoluteOrPercent, replicasOf } from '../input/replicas.ts';
import { isWorkload, labelsAt, placeOf, podLabels, sameNamespace, selects } from '../input/resource.ts';
import type { LintRule } from './rule.ts';

export const evictionNeverAllowed: LintRule = {
  id: 'T14',
  title: 'Disruption budget that allows no eviction',
  effect: 'the drain of a node gets 429 for ever: it never ends',
  fix: 'allow at least one: maxUnavailable: 1, or minAvailable below the number of replicas',
  source: 'issue 7 §4: budgets that cannot hold (delivery 84, 85, F66)',
  check: (input) =>
    input.resources
      .filter((resource) => resource.kind === 'PodDisruptionBudget')
      .flatMap((budget) => {
        const spec = nodeAt(budget.root, 'spec');
        const selector = labelsAt(budget.root, 'spec', 'selector', 'matchLabels');
        const workload = input.resources.find(
          (resource) =>
            isWorkload(resource) && sameNamespace(budget, resource) && selects(selector, podLabels(resource)),
        );
        const unavailable = textAt(spec, 'maxUnavailable');
        if (unavailable !== undefined) {
          return /^0%?$/.test(unavailable)
            ? [{ place: placeOf(spec, 'maxUnavailable'), why: `maxUnavailable is ${unavailable}` }]
            : [];
        }
        const minimum = textAt(spec, 'minAvailable') ?? '';
        const known = workload !== undefined && numberAt(workload.root, 'spec', 'replicas') !== undefined;
        const replicas = known ? replicasOf(workload) : undefined;
        const needed = replicas === undefined ? undefined : absoluteOrPercent(minimum, replicas, 'up');
        const none =
          minimum === '100%' || (needed !== undefined && replicas !== undefined && needed >= replicas);
        if (!none) return [];
        const of =
          workload === undefined || replicas === undefined
            ? ''
            : `, and ${workload.kind} ${workload.name} has ${replicas} replicas`;
        return [{ place: placeOf(spec, 'minAvailable'), why: `minAvailable is ${minimum}${of}` }];
      }),
};
