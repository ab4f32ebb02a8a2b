import { textAt } from '../documents/manifest-node.ts';
import { analysisUses, requiredArgs, templateOf } from '../input/analysis-uses.ts';
import type { LintRule } from './rule.ts';

export const missingArguments: LintRule = {
  id: 'L3',
  title: 'Required arguments are not passed',
  effect: 'the AnalysisRun ends in Error ("args not resolved") and aborts the rollout',
  fix: 'pass the argument where the template is used, or give it a value in the template',
  source: 'delivery L3',
  check: (input) =>
    analysisUses(input).flatMap((use) => {
      const template = templateOf(input, use);
      if (template === undefined) return [];
      const passed = new Set(use.args.map((argument) => textAt(argument, 'name')));
      const absent = requiredArgs(input, template).filter((name) => !passed.has(name));
      if (absent.length === 0) return [];
      return [
        {
          place: use.place,
          why: `${use.template} needs ${absent.join(', ')}; this ${use.role} analysis does not pass it`,
        },
      ];
    }),
};
