import { analysisUses, templateOf } from '../input/analysis-uses.ts';
import type { LintRule } from './rule.ts';

export const endlessStepAnalysis: LintRule = {
  id: 'T10',
  title: 'Analysis that a step waits for and that never ends',
  effect:
    'an interval without a count measures for ever: the step never completes and the rollout stands still',
  fix: 'give the metric a count, or use the template in the background',
  source: 'delivery 26, P2: bounded time in every pause',
  check: (input) =>
    analysisUses(input).flatMap((use) => {
      if (use.role !== 'step' && use.role !== 'promotion') return [];
      const template = templateOf(input, use);
      const endless = input.metrics.filter(
        (metric) => metric.template === template && metric.intervalMs !== undefined && !metric.hasCount,
      );
      // One metric that does end does not end the others.
      const metric = endless[0];
      if (template === undefined || metric === undefined) return [];
      return [
        { place: use.place, why: `metric ${metric.name} of ${use.template} has an interval and no count` },
      ];
    }),
};
