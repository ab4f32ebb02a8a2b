import { nodeAt } from '../documents/manifest-node.ts';
import { placeOf } from '../input/resource.ts';
import type { LintRule } from './rule.ts';

export const emptySplitRules: LintRule = {
  id: 'L14',
  title: 'traffic-split with an empty list of rules',
  effect: 'the plugin fails at run time (ipairs of nil): every request of the route is answered 500',
  fix: 'leave the plugin out until it has a rule',
  source: 'delivery L14, 46',
  check: (input) =>
    input.plugins
      .filter((plugin) => plugin.name === 'traffic-split')
      .flatMap(({ config }) => {
        const rules = nodeAt(config, 'rules');
        return rules?.kind === 'list' && rules.items.length === 0
          ? [{ place: placeOf(config, 'rules'), why: 'rules is an empty list' }]
          : [];
      }),
};
