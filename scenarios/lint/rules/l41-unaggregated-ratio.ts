import type { PromQuery } from '../input/lint-input.ts';
import {
  matcherTexts,
  partsOf,
  selectorsOf,
  type PromExpression,
} from '../../../sim/prometheus/promql/expression.ts';
import type { Found, LintRule } from './rule.ts';

function isAggregated(expression: PromExpression): boolean {
  return partsOf(expression).some((part) => part.kind === 'aggregation');
}

/** A quotient whose sides are matched label by label, though the left one selects fewer of the same series. */
function matchesItself(part: PromExpression): boolean {
  if (part.kind !== 'binary' || part.operator !== '/' || part.matching !== undefined) return false;
  if (isAggregated(part.left) || isAggregated(part.right)) return false;
  const left = selectorsOf(part.left)[0];
  const right = selectorsOf(part.right)[0];
  if (left === undefined || right === undefined || left.metric !== right.metric) return false;
  const fewer = matcherTexts(left);
  const wanted = matcherTexts(right);
  return fewer.length > wanted.length && wanted.every((text) => fewer.includes(text));
}

function defects({ expression, text }: PromQuery): readonly Found[] {
  if (expression === undefined) return [];
  return partsOf(expression).flatMap((part): readonly Found[] => {
    if (matchesItself(part)) {
      return [
        {
          place: text.placeAt(part.offset),
          why: 'without sum each error series is divided by itself: the quotient is 1, or there is none',
          effect: 'the first error is an error rate of 100 % and rolls back; no error is no data',
        },
      ];
    }
    if (part.kind !== 'call' || part.name !== 'histogram_quantile') return [];
    const inner = part.parameters[1];
    if (inner === undefined || isAggregated(inner)) return [];
    return [
      {
        place: text.placeAt(part.offset),
        why: 'without sum by (le) there is one quantile for each series, and the gate reads one of them',
        effect: 'the latency of one pod, stable or canary, decides; an average of quantiles is no quantile',
        fix: 'histogram_quantile(0.95, sum by (le) (rate(…)))',
      },
    ];
  });
}

export const unaggregatedRatio: LintRule = {
  id: 'L41',
  title: 'Gate query without aggregation',
  effect: 'the value that is judged is not that of the canary',
  fix: 'sum(rate(errors{…})) / sum(rate(all{…})), both with the label of the canary, compared with the same of stable',
  source: 'delivery L41, 91, 93',
  check: (input) =>
    input.queries.filter((query) => query.use === 'gate' || query.use === 'code').flatMap(defects),
};
