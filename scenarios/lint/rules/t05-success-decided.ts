import { describeBounds, judgedConditions } from './t04-failure-never-true.ts';
import type { LintRule } from './rule.ts';

export const successDecided: LintRule = {
  id: 'T5',
  title: 'Success condition whose outcome is decided beforehand',
  effect: 'the gate always passes, or never does, whatever the release is like',
  fix: 'compare in the unit of the query: an error rate of 1 % is 0.01 where the query is a ratio',
  source: 'issue 7 §4: query results against conditions (delivery 92)',
  check: (input) =>
    judgedConditions(input)
      .filter(({ role, truth }) => role === 'success' && (truth === 'always' || truth === 'never'))
      .map(({ given, metric, bounds, truth }) => ({
        place: given.node.body.placeAt(0),
        why: `the value of ${metric.name} lies ${describeBounds(bounds)}, so "${given.text.trim()}" is ${truth === 'always' ? 'always' : 'never'} true`,
      })),
};
