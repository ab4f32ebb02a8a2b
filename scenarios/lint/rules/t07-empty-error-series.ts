import { guardsEmptyResult } from '../condition/truth.ts';
import type { AnalysisMetric } from '../input/lint-input.ts';
import {
  partsOf,
  selectorsOf,
  type LabelMatcher,
  type PromExpression,
} from '../../../sim/prometheus/promql/expression.ts';
import type { Found, LintRule } from './rule.ts';

/** Whether a matcher picks failures only: such series appear with the first failure. */
function picksFailures({ label, operator, value }: LabelMatcher): boolean {
  if (/^(status|code|status_code|http_status|response_code)$/.test(label)) {
    return (operator === '=' || operator === '=~') && /^\^?\(?5/.test(value);
  }
  if (/^grpc_(code|status)$/.test(label)) return operator === '!=' && /^(OK|0)$/.test(value);
  return /^(result|outcome)$/.test(label) && operator === '=' && /^(error|failure|failed)$/.test(value);
}

function hasDefault(expression: PromExpression): boolean {
  return partsOf(expression).some(
    (part) =>
      (part.kind === 'binary' && part.operator === 'or') || (part.kind === 'call' && part.name === 'absent'),
  );
}

function unguarded(metric: AnalysisMetric): readonly Found[] {
  const query = metric.query;
  if (query?.expression === undefined || hasDefault(query.expression)) return [];
  const conditions = [metric.success?.condition, metric.failure?.condition].filter(
    (given) => given !== undefined,
  );
  if (conditions.every(guardsEmptyResult)) return [];
  const failures = selectorsOf(query.expression).find((selector) => selector.matchers.some(picksFailures));
  if (failures === undefined) return [];
  const why = `${metric.name} counts failures, and a release without any has no such series: the result is empty`;
  return [{ place: query.text.placeAt(failures.offset), why }];
}

export const emptyErrorSeries: LintRule = {
  id: 'T7',
  title: 'No failure means no data',
  effect: 'result[0] of an empty result is an Error: five of them abort a release that has not failed once',
  fix: 'add "or vector(0)" to the numerator (and ask for a least number of requests), or write len(result) == 0 || …',
  source: 'delivery 35, 90, F28, P1',
  check: (input) => input.metrics.flatMap(unguarded),
};
