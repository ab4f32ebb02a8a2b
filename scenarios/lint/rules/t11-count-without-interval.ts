import { nodeAt } from '../documents/manifest-node.ts';
import { placeOf } from '../input/resource.ts';
import type { LintRule } from './rule.ts';

export const countWithoutInterval: LintRule = {
  id: 'T11',
  title: 'Several measurements without an interval',
  effect: 'the template is invalid: the Rollout that uses it is InvalidSpec',
  fix: 'give an interval',
  source: 'delivery 26',
  check: (input) =>
    input.metrics
      .filter((metric) => (metric.count ?? 1) > 1 && nodeAt(metric.node, 'interval') === undefined)
      .map((metric) => ({
        place: placeOf(metric.node, 'count'),
        why: `metric ${metric.name} wants ${metric.count ?? 0} measurements and names no interval`,
      })),
};
