import { truthWithin, type Truth } from '../condition/truth.ts';
import type { AnalysisMetric, ConditionText, LintInput } from '../input/lint-input.ts';
import { boundsOf, type Bounds } from '../promql/bounds.ts';
import type { LintRule } from './rule.ts';

export interface JudgedCondition {
  readonly metric: AnalysisMetric;
  readonly given: ConditionText;
  readonly role: 'success' | 'failure';
  readonly truth: Truth;
  readonly bounds: Bounds;
}

/** Conditions of metrics whose query has bounds by its form, and what they say within them. */
export function judgedConditions(input: LintInput): readonly JudgedCondition[] {
  const largest = new Map<string, number>();
  for (const { metric, largest: bucket } of input.buckets) {
    largest.set(metric, Math.max(bucket, largest.get(metric) ?? 0));
  }
  return input.metrics.flatMap((metric) => {
    const expression = metric.query?.expression;
    if (expression === undefined) return [];
    const bounds = boundsOf(expression, (name) => largest.get(name));
    const roles = [
      ['success', metric.success],
      ['failure', metric.failure],
    ] as const;
    return roles.flatMap(([role, given]) =>
      given?.condition === undefined
        ? []
        : [{ metric, given, role, bounds, truth: truthWithin(given.condition, bounds) }],
    );
  });
}

/** `between 0 and 1`, `at least 0`, in the words of a message. */
export function describeBounds({ least, greatest }: Bounds): string {
  if (Number.isFinite(greatest)) return `between ${least} and ${greatest}`;
  return `at least ${least}`;
}

export const failureNeverTrue: LintRule = {
  id: 'T4',
  title: 'Failure condition that can never be true',
  effect: 'the gate never fails: the worst release passes it, or stays inconclusive',
  fix: 'compare in the unit of the query (a ratio is 0 to 1, seconds are no milliseconds), and give the histogram a bucket beyond the threshold',
  source: 'issue 7 §4: unreachable buckets (delivery 92, F34)',
  check: (input) =>
    judgedConditions(input)
      .filter(({ role, truth }) => role === 'failure' && truth === 'never')
      .map(({ given, metric, bounds }) => ({
        place: given.node.body.placeAt(0),
        why: `the value of ${metric.name} lies ${describeBounds(bounds)}, so "${given.text.trim()}" is never true`,
      })),
};
