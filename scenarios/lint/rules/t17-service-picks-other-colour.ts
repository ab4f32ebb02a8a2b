import { nodeAt, textAt, walk } from '../documents/manifest-node.ts';
import type { LintInput } from '../input/lint-input.ts';
import {
  colourOf,
  isWorkload,
  labelsAt,
  placeOf,
  podLabels,
  sameNamespace,
  selects,
} from '../input/resource.ts';
import type { LintRule } from './rule.ts';

const opposite = { blue: 'green', green: 'blue', stable: 'canary', canary: 'stable' } as const;

function colours(name: string, labels: ReadonlyMap<string, string>): ReadonlySet<string> {
  const found = [...labels.values(), name].map((text) => colourOf(text));
  return new Set(found.filter((colour) => colour !== undefined));
}

const managedKeys = new Set(['canaryService', 'stableService', 'activeService', 'previewService']);

/** Names of the Services that a Rollout points at the pods of one version itself, whatever their selector says. */
function managedServices(input: LintInput): ReadonlySet<string> {
  const names = new Set<string>();
  for (const { kind, root } of input.resources) {
    const strategy = kind === 'Rollout' ? nodeAt(root, 'spec', 'strategy') : undefined;
    if (strategy === undefined) continue;
    walk(strategy, (node, path) => {
      const name = textAt(node);
      if (name !== undefined && managedKeys.has(path.at(-1) ?? '')) names.add(name);
    });
  }
  return names;
}

export const servicePicksOtherColour: LintRule = {
  id: 'T17',
  title: 'Service of one colour picks the pods of the other',
  effect: 'requests for one colour reach the other: isolation, comparison and rollback are void',
  fix: 'add the label of the colour to the selector',
  source: 'issue 7 §4: selectors that match both colours (delivery F38, I3)',
  check: (input) => {
    const managed = managedServices(input);
    const workloads = input.resources.filter(isWorkload);
    return input.resources
      .filter((resource) => resource.kind === 'Service' && !managed.has(resource.name))
      .flatMap((service) => {
        const colour = [...colours(service.name, labelsAt(service.root, 'metadata', 'labels'))][0];
        if (colour !== 'blue' && colour !== 'green' && colour !== 'stable' && colour !== 'canary') return [];
        const selector = labelsAt(service.root, 'spec', 'selector');
        const other = workloads.find(
          (workload) =>
            sameNamespace(service, workload) &&
            selects(selector, podLabels(workload)) &&
            colours(workload.name, podLabels(workload)).has(opposite[colour]),
        );
        if (other === undefined) return [];
        const why = `Service ${service.name} (${colour}) also picks the pods of ${other.kind} ${other.name} (${opposite[colour]})`;
        return [{ place: placeOf(service.root, 'spec', 'selector'), why }];
      });
  },
};
