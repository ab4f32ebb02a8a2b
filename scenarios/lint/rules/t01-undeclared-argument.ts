import { itemsAt, textAt, walk } from '../documents/manifest-node.ts';
import { isAnalysisTemplate } from '../input/analysis-metrics.ts';
import type { Found, LintRule } from './rule.ts';

export const undeclaredArgument: LintRule = {
  id: 'T1',
  title: 'Argument that the template does not declare',
  effect: 'the argument is never resolved: the AnalysisRun ends in Error and aborts the rollout',
  fix: 'list it under spec.args, or correct its name',
  source: 'issue 7 §4: unresolved arguments (delivery L3)',
  check: (input) =>
    input.resources.filter(isAnalysisTemplate).flatMap((template) => {
      const declared = new Set(
        itemsAt(template.root, 'spec', 'args').map((argument) => textAt(argument, 'name')),
      );
      const found: Found[] = [];
      walk(template.root, (node) => {
        if (node.kind !== 'scalar' || typeof node.value !== 'string') return;
        for (const match of node.body.text.matchAll(/\{\{\s*args\.([\w-]+)\s*\}\}/g)) {
          const name = match[1] ?? '';
          if (declared.has(name)) continue;
          found.push({
            place: node.body.placeAt(match.index),
            why: `${template.kind} ${template.name} declares no argument ${name}`,
          });
        }
      });
      return found;
    }),
};
