import { selectorsOf, type LabelMatcher } from '../../../sim/prometheus/promql/expression.ts';
import type { LintRule } from './rule.ts';

const resourceMetric =
  /^(container_(cpu|memory|fs|network)|process_(cpu|resident|virtual)|go_memstats|kube_pod_container_resource|node_)/;
const colourWord =
  /colou?r|version|revision|hash|role|track|variant|release|blue|green|canary|stable|preview/i;

function tellsColour(matcher: LabelMatcher): boolean {
  return colourWord.test(matcher.label) || colourWord.test(matcher.value);
}

export const resourceQueryWithoutColour: LintRule = {
  id: 'L10',
  title: 'Resource query mixes stable and canary',
  effect: 'the load of stable masks the canary: a leak or a hot loop of the new version passes the gate',
  fix: 'select the pods of the canary: by a label of the colour, or by the pod template hash as an argument',
  source: 'delivery L10',
  check: (input) =>
    input.queries
      .filter((query) => query.use === 'gate')
      .flatMap(({ expression, text }) =>
        (expression === undefined ? [] : selectorsOf(expression))
          .filter((selector) => resourceMetric.test(selector.metric) && !selector.matchers.some(tellsColour))
          .slice(0, 1)
          .map((selector) => ({
            place: text.placeAt(selector.offset),
            why: `${selector.metric} is selected without a label that tells the canary from stable`,
          })),
      ),
};
