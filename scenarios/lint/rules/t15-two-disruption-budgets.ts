import { isWorkload, labelsAt, placeOf, podLabels, sameNamespace, selects } from '../input/resource.ts';
import type { LintRule } from './rule.ts';

export const twoDisruptionBudgets: LintRule = {
  id: 'T15',
  title: 'Two disruption budgets for the same pods',
  effect: 'the eviction API answers 500: the drain of a node fails',
  fix: 'one budget for each set of pods',
  source: 'delivery 84',
  check: (input) => {
    const budgets = input.resources.filter((resource) => resource.kind === 'PodDisruptionBudget');
    return input.resources.filter(isWorkload).flatMap((workload) => {
      const matching = budgets.filter(
        (budget) =>
          sameNamespace(budget, workload) &&
          selects(labelsAt(budget.root, 'spec', 'selector', 'matchLabels'), podLabels(workload)),
      );
      const [first, second] = matching;
      if (first === undefined || second === undefined) return [];
      const why = `${first.name} and ${second.name} both pick the pods of ${workload.kind} ${workload.name}`;
      return [{ place: placeOf(second.root, 'spec', 'selector'), why }];
    });
  },
};
