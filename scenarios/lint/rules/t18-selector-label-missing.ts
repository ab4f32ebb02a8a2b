import { entriesAt, textAt } from '../documents/manifest-node.ts';
import { isWorkload, podLabels, sameNamespace } from '../input/resource.ts';
import type { LintRule } from './rule.ts';

export const selectorLabelMissing: LintRule = {
  id: 'T18',
  title: 'Service selects a label that its pods do not carry',
  effect: 'the Service has no endpoints: 503 for every request',
  fix: 'use one name for the label everywhere (colour labels are written rollout-color, deployment_color and deployment-color)',
  source: 'delivery L2, F38',
  check: (input) =>
    input.resources
      .filter((resource) => resource.kind === 'Service')
      .flatMap((service) => {
        const workloads = input.resources.filter(
          (resource) => isWorkload(resource) && sameNamespace(service, resource),
        );
        const wanted = entriesAt(service.root, 'spec', 'selector');
        const missing = wanted.flatMap((entry) => {
          const rest = wanted.filter((other) => other !== entry);
          // Pods that all the rest of the selector picks: without them it may be meant for pods of other files.
          const near = workloads.filter(
            (workload) =>
              rest.length > 0 &&
              rest.every(({ key, value }) => podLabels(workload).get(key) === textAt(value)),
          );
          const lacking = near.length > 0 && near.every((workload) => !podLabels(workload).has(entry.key));
          return lacking ? [{ entry, near }] : [];
        })[0];
        if (missing === undefined || missing.entry.key.endsWith('pod-template-hash')) return [];
        const names = missing.near.map((workload) => `${workload.kind} ${workload.name}`).join(', ');
        return [
          { place: missing.entry.keyPlace, why: `no pod of ${names} has a label ${missing.entry.key}` },
        ];
      }),
};
