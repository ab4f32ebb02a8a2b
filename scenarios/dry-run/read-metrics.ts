import { DocumentProblem } from '../lint/documents/document-problem.ts';
import { numberAt, textAt } from '../lint/documents/manifest-node.ts';
import { templateOf, type AnalysisUse } from '../lint/input/analysis-uses.ts';
import type { AnalysisMetric, LintInput } from '../lint/input/lint-input.ts';
import { durationMs } from '../../sim/prometheus/promql/lexer.ts';
import type { AnalysisMetricSpec } from './argo/analysis-run.ts';
import { defaultConsecutiveErrorLimit } from './argo/metric-run.ts';

/** The metrics of the template that a reference names. Throws a `DocumentProblem` where it is not to be found or read. */
export function metricsOfUse(input: LintInput, use: AnalysisUse): readonly AnalysisMetricSpec[] {
  const template = templateOf(input, use);
  if (template === undefined)
    throw new DocumentProblem(use.place, `no template ${use.template} in these files, or several`);
  return input.metrics.filter((metric) => metric.template === template).map(metricSpec);
}

function metricSpec(metric: AnalysisMetric): AnalysisMetricSpec {
  const { node } = metric;
  for (const given of [metric.success, metric.failure]) {
    if (given !== undefined && given.condition === undefined) {
      throw new DocumentProblem(given.node.place, `the condition "${given.text.trim()}" cannot be read`);
    }
  }
  return {
    name: metric.name,
    template: metric.template.name,
    dryRun: false,
    success: metric.success?.condition,
    failure: metric.failure?.condition,
    count: metric.count,
    intervalMs: metric.intervalMs,
    initialDelayMs: durationMs(textAt(node, 'initialDelay') ?? '') ?? 0,
    failureLimit: metric.failureLimit,
    inconclusiveLimit: numberAt(node, 'inconclusiveLimit') ?? 0,
    consecutiveErrorLimit: numberAt(node, 'consecutiveErrorLimit') ?? defaultConsecutiveErrorLimit,
    consecutiveSuccessLimit: numberAt(node, 'consecutiveSuccessLimit') ?? 0,
  };
}
