import { suggestion } from '../../../chaos/nearest.ts';
import { isAnalysisTemplate } from '../input/analysis-metrics.ts';
import { analysisUses, templatesOf } from '../input/analysis-uses.ts';
import type { LintRule } from './rule.ts';

export const undefinedTemplate: LintRule = {
  id: 'L4',
  title: 'Analysis template that does not exist',
  effect: 'the Rollout is InvalidSpec (Degraded): nothing is rolled out',
  fix: 'define the template, correct the name (and clusterScope), or lint it together with this file',
  source: 'delivery L4',
  check: (input) =>
    analysisUses(input).flatMap((use) => {
      if (templatesOf(input, use).length > 0) return [];
      const known = input.resources.filter(isAnalysisTemplate).map((resource) => resource.name);
      return [
        {
          place: use.place,
          why: `no template ${use.template} in these files${suggestion(use.template, known)}`,
        },
      ];
    }),
};
