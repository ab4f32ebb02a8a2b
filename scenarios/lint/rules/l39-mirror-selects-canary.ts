import {
  labelsAt,
  colourOf,
  isWorkload,
  placeOf,
  podLabels,
  sameNamespace,
  selects,
  type Resource,
} from '../input/resource.ts';
import type { LintRule } from './rule.ts';

function isMirror(service: Resource): boolean {
  const labels = labelsAt(service.root, 'metadata', 'labels');
  return /mirror|shadow/i.test(`${service.name} ${[...labels.values()].join(' ')}`);
}

function isCanary(workload: Resource): boolean {
  return [...podLabels(workload).values(), workload.name].some((text) => colourOf(text) === 'canary');
}

export const mirrorSelectsCanary: LintRule = {
  id: 'L39',
  title: 'Service for mirrored traffic also picks canary pods',
  effect: 'mirrored requests reach the canary, which answers real users and writes where live reads',
  fix: 'select a label that only the shadow pods carry',
  source: 'delivery L39, F25',
  check: (input) =>
    input.resources
      .filter((resource) => resource.kind === 'Service' && isMirror(resource))
      .flatMap((service) => {
        const selector = labelsAt(service.root, 'spec', 'selector');
        const canary = input.resources.find(
          (resource) =>
            isWorkload(resource) &&
            isCanary(resource) &&
            sameNamespace(service, resource) &&
            selects(selector, podLabels(resource)),
        );
        if (canary === undefined) return [];
        const why = `${[...selector].map(([key, value]) => `${key}=${value}`).join(', ')} also picks the pods of ${canary.kind} ${canary.name}`;
        return [{ place: placeOf(service.root, 'spec', 'selector'), why }];
      }),
};
