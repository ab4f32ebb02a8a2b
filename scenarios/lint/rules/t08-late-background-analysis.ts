import { nodeAt, numberAt } from '../documents/manifest-node.ts';
import { weightSteps } from '../input/replicas.ts';
import { placeOf } from '../input/resource.ts';
import type { LintRule } from './rule.ts';

export const lateBackgroundAnalysis: LintRule = {
  id: 'T8',
  title: 'Background analysis starts after the first weight',
  effect: 'the first share of traffic is given to a version that nothing judges',
  fix: 'startingStep counts from 0: let it start at the first weight, or give that weight an analysis step of its own',
  source: 'delivery 14, 1L (S3: startingStep 2)',
  check: (input) =>
    input.resources
      .filter((resource) => resource.kind === 'Rollout')
      .flatMap((rollout) => {
        const canary = nodeAt(rollout.root, 'spec', 'strategy', 'canary');
        const start = numberAt(canary, 'analysis', 'startingStep');
        const first = weightSteps(rollout).find((step) => step.weight > 0);
        if (start === undefined || first === undefined || start <= first.index + 1) return [];
        const steps = nodeAt(canary, 'steps');
        const between = steps?.kind === 'list' ? steps.items.slice(first.index, start) : [];
        if (between.some((step) => nodeAt(step, 'analysis') !== undefined)) return [];
        const why = `it starts at step ${start}, counted from 0; step ${first.index} gives the canary ${first.weight} % before`;
        return [{ place: placeOf(canary, 'analysis', 'startingStep'), why }];
      }),
};
