import { parseCondition } from '../condition/condition-parser.ts';
import {
  entriesAt,
  entryOf,
  itemsAt,
  nodeAt,
  numberAt,
  scalarAt,
  textAt,
  type MapNode,
} from '../documents/manifest-node.ts';
import { durationMs } from '../../../sim/prometheus/promql/lexer.ts';
import type { AnalysisMetric, ConditionText } from './lint-input.ts';
import { promQuery } from './prom-queries.ts';
import type { Resource } from './resource.ts';

export function isAnalysisTemplate(resource: Resource): boolean {
  return resource.kind === 'AnalysisTemplate' || resource.kind === 'ClusterAnalysisTemplate';
}

export function metricsOf(template: Resource): readonly AnalysisMetric[] {
  return itemsAt(template.root, 'spec', 'metrics').flatMap((node) =>
    node.kind === 'map' ? [metricOf(template, node)] : [],
  );
}

function metricOf(template: Resource, node: MapNode): AnalysisMetric {
  const query = scalarAt(node, 'provider', 'prometheus', 'query');
  return {
    template,
    name: textAt(node, 'name') ?? '',
    node,
    provider: entriesAt(node, 'provider')[0]?.key,
    query: query === undefined ? undefined : promQuery('gate', query.body),
    success: conditionAt(node, 'successCondition'),
    failure: conditionAt(node, 'failureCondition'),
    intervalMs: durationMs(textAt(node, 'interval') ?? ''),
    count: numberAt(node, 'count'),
    hasCount: nodeAt(node, 'count') !== undefined,
    failureLimit: numberAt(node, 'failureLimit') ?? 0,
  };
}

function conditionAt(node: MapNode, key: string): ConditionText | undefined {
  const entry = entryOf(node, key);
  if (entry?.value.kind !== 'scalar' || typeof entry.value.value !== 'string') return undefined;
  const text = entry.value.body.text;
  return { node: entry.value, keyPlace: entry.keyPlace, text, condition: parseCondition(text) };
}
