import { usesListAsNumber } from '../condition/truth.ts';
import { analysisUses } from '../input/analysis-uses.ts';
import type { LintInput } from '../input/lint-input.ts';
import { typeOf } from '../../../sim/prometheus/promql/expression.ts';
import type { Found, LintRule } from './rule.ts';

/** Conditions that compare the list of a vector with a number; in templates that only run in the background, or in others. */
export function unindexedConditions(input: LintInput, background: boolean): readonly Found[] {
  const uses = analysisUses(input);
  return input.metrics.flatMap((metric) => {
    if (metric.provider !== 'prometheus') return [];
    const expression = metric.query?.expression;
    if (expression !== undefined && typeOf(expression) === 'scalar') return [];
    const roles = uses.filter((use) => use.template === metric.template.name).map((use) => use.role);
    const onlyBackground = roles.length > 0 && roles.every((role) => role === 'background');
    if (onlyBackground !== background) return [];
    return [metric.success, metric.failure].flatMap((given): Found[] =>
      given?.condition !== undefined && usesListAsNumber(given.condition)
        ? [
            {
              place: given.node.body.placeAt(0),
              why: `the query of ${metric.name} returns a vector, so result is a list; "${given.text.trim()}" uses it as a number`,
            },
          ]
        : [],
    );
  });
}

export const unindexedResult: LintRule = {
  id: 'L1',
  title: 'Condition compares a list with a number',
  effect: 'every measurement is an Error; the fifth in a row (about 40 s) aborts the rollout, healthy or not',
  fix: 'write result[0], and say what an empty result means: len(result) == 0 || result[0] < 0.01',
  source: 'delivery L1, 35',
  check: (input) => unindexedConditions(input, false),
};
