import { itemsAt, nodeAt, textAt } from '../lint/documents/manifest-node.ts';
import { formatPlace } from '../lint/documents/source-text.ts';
import type { LintInput } from '../lint/input/lint-input.ts';
import {
  canarySteps,
  labelsAt,
  placeOf,
  podLabels,
  sameNamespace,
  selects,
  type Resource,
} from '../lint/input/resource.ts';

/**
 * Services that send requests to the pods of a Rollout's experiments: these carry the labels of the version they are
 * made of, and nothing but labels of their own keeps them out (delivery 40). The two Services that the controller
 * manages for a router pick one version by its hash.
 */
export function exposedExperiments(input: LintInput, rollout: Resource): readonly string[] {
  const canary = nodeAt(rollout.root, 'spec', 'strategy', 'canary');
  const managed = ['canaryService', 'stableService'].map((key) => textAt(canary, key));
  const services = input.resources.filter(
    ({ kind, name, ...service }) =>
      kind === 'Service' && !managed.includes(name) && sameNamespace({ kind, name, ...service }, rollout),
  );
  return canarySteps(rollout)
    .filter(({ key }) => key === 'experiment')
    .flatMap(({ value, index }) =>
      itemsAt(value, 'templates').flatMap((template) => {
        const labels = new Map([...podLabels(rollout), ...labelsAt(template, 'metadata', 'labels')]);
        const name = textAt(template, 'name') ?? '';
        return services
          .filter(({ root }) => selects(labelsAt(root, 'spec', 'selector'), labels))
          .map(
            (service) =>
              `${formatPlace(placeOf(service.root, 'spec', 'selector'))}  Service ${service.name} also picks the pods of ` +
              `${name}, of the experiment of step ${index}: give the template labels that no Service selects`,
          );
      }),
    );
}
