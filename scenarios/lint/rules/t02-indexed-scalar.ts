import { usesListAsNumber, usesNumberAsList } from '../condition/truth.ts';
import { typeOf } from '../../../sim/prometheus/promql/expression.ts';
import type { Found, LintRule } from './rule.ts';

export const indexedScalar: LintRule = {
  id: 'T2',
  title: 'Condition takes a number for a list',
  effect: 'every measurement is an Error; the fifth in a row aborts the rollout',
  fix: 'a query that returns a scalar gives a number: write result, without [0]',
  source: 'issue 7 §4: query result types against conditions (delivery 35)',
  check: (input) =>
    input.metrics.flatMap((metric) => {
      const expression = metric.query?.expression;
      if (expression === undefined || typeOf(expression) !== 'scalar') return [];
      return [metric.success, metric.failure].flatMap((given): Found[] => {
        const condition = given?.condition;
        if (given === undefined || condition === undefined || usesListAsNumber(condition)) return [];
        return usesNumberAsList(condition)
          ? [
              {
                place: given.node.body.placeAt(0),
                why: `the query of ${metric.name} returns a scalar, so result is a number`,
              },
            ]
          : [];
      });
    }),
};
