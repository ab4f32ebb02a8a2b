import { nodeAt, textAt } from '../documents/manifest-node.ts';
import { analysisUses, templateOf } from '../input/analysis-uses.ts';
import { canarySteps, type Resource } from '../input/resource.ts';
import { durationMs } from '../../../sim/prometheus/promql/lexer.ts';
import type { LintRule } from './rule.ts';

/** The shortest pause between two steps that ends by itself; a plain number is seconds. */
function shortestPauseMs(rollout: Resource): number | undefined {
  const lengths = canarySteps(rollout).flatMap(({ key, value }) => {
    const text = key === 'pause' ? textAt(nodeAt(value, 'duration')) : undefined;
    if (text === undefined) return [];
    return durationMs(/^\d+$/.test(text) ? `${text}s` : text) ?? [];
  });
  return lengths.length === 0 ? undefined : Math.min(...lengths);
}

export const gateSlowerThanStage: LintRule = {
  id: 'T12',
  title: 'Background gate that cannot fail within a stage',
  effect: 'a bad version reaches the next, larger stage before the gate may fail',
  fix: 'lower failureLimit or the interval, or make the pauses longer than (failureLimit + 1) × interval',
  source: 'issue 7 §4: budgets that cannot hold (delivery 29, 31)',
  check: (input) =>
    analysisUses(input).flatMap((use) => {
      const pauseMs = shortestPauseMs(use.owner);
      const template = templateOf(input, use);
      if (use.role !== 'background' || pauseMs === undefined || template === undefined) return [];
      const metrics = input.metrics.filter((metric) => metric.template === template);
      const slow = metrics.find((metric) => (metric.intervalMs ?? 0) * metric.failureLimit > pauseMs);
      if (slow === undefined || slow.failureLimit < 0) return [];
      const needed = ((slow.intervalMs ?? 0) * slow.failureLimit) / 1000;
      return [
        {
          place: use.place,
          why: `metric ${slow.name} fails at its ${slow.failureLimit + 1}. bad measurement, ${needed} s after the first; the shortest pause has ${pauseMs / 1000} s`,
        },
      ];
    }),
};
