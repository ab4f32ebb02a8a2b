import { partsOf, selectorsOf, type PromExpression } from '../../../sim/prometheus/promql/expression.ts';
import type { PromQuery } from '../input/lint-input.ts';
import type { Found, LintRule } from './rule.ts';

/** Labels that the exporter of APISIX gives each metric (delivery 58). */
const labelsByMetric: readonly (readonly [RegExp, readonly string[]])[] = [
  [/^apisix_http_status$/, ['code', 'route', 'matched_uri', 'matched_host', 'service', 'consumer', 'node']],
  [/^apisix_(http_latency|bandwidth)/, ['type', 'route', 'service', 'consumer', 'node', 'le']],
  [/^apisix_upstream_status$/, ['name', 'ip', 'port']],
];

/** Labels of other metrics of APISIX, and near guesses: a metric that lacks one has no such series. */
const suspicious = new Set(
  `upstream upstream_id upstream_name upstream_addr backend code status route type consumer
    matched_uri matched_host method host uri`.split(/\s+/),
);

function defects({ expression, text }: PromQuery): readonly Found[] {
  if (expression === undefined) return [];
  const found: Found[] = [];
  const report = (metric: string, label: string, offset: number): void => {
    const known = labelsByMetric.find(([pattern]) => pattern.test(metric))?.[1];
    if (known === undefined || known.includes(label) || !suspicious.has(label)) return;
    found.push({
      place: text.placeAt(offset),
      why: `${metric} has no label ${label} (it has ${known.join(', ')})`,
    });
  };
  for (const selector of selectorsOf(expression)) {
    for (const { label, offset } of selector.matchers) report(selector.metric, label, offset);
  }
  for (const part of partsOf(expression)) {
    if (part.kind !== 'aggregation' || part.grouping !== 'by') continue;
    const metric = firstMetric(part);
    for (const { name, offset } of part.labels) report(metric, name, offset);
  }
  return found;
}

function firstMetric(expression: PromExpression): string {
  return selectorsOf(expression)[0]?.metric ?? '';
}

export const apisixLabels: LintRule = {
  id: 'L19',
  title: 'Query by a label that APISIX does not export',
  effect: 'an empty panel, or one line for everything; a gate with it never has data',
  fix: 'group by route, service or node; count upstream errors by apisix_http_status{code=~"5.."}',
  source: 'delivery L19, 58',
  check: (input) => input.queries.flatMap(defects),
};
