import { nodeAt, textAt, walk, type ManifestNode } from '../documents/manifest-node.ts';
import { analysisUses } from '../input/analysis-uses.ts';
import { isWorkload, labelsAt, podLabels, type Resource } from '../input/resource.ts';
import type { Found, LintRule } from './rule.ts';

/** Labels that the controllers put on pods themselves. */
const givenByControllers = new Set([
  'pod-template-hash',
  'rollouts-pod-template-hash',
  'controller-revision-hash',
  'statefulset.kubernetes.io/pod-name',
  'apps.kubernetes.io/pod-index',
  'pod-template-generation',
]);

const metadataPath = /^metadata\.(labels|annotations)\['([^']+)'\]$/;

interface FieldReference {
  readonly node: ManifestNode;
  readonly path: string;
}

function fieldReferences(root: ManifestNode | undefined): readonly FieldReference[] {
  const references: FieldReference[] = [];
  if (root === undefined) return references;
  walk(root, (node, path) => {
    if (path.at(-1) !== 'fieldRef') return;
    const field = nodeAt(node, 'fieldPath');
    const text = textAt(field);
    if (field !== undefined && text !== undefined) references.push({ node: field, path: text });
  });
  return references;
}

function missing(
  reference: FieldReference,
  labels: ReadonlyMap<string, string>,
  where: string,
): readonly Found[] {
  const match = metadataPath.exec(reference.path);
  const key = match?.[2] ?? '';
  if (match === null || labels.has(key) || givenByControllers.has(key)) return [];
  const noun = match[1] === 'labels' ? 'label' : 'annotation';
  return [{ place: reference.node.place, why: `${where} has no ${noun} ${key}` }];
}

function keysOf(
  root: ManifestNode,
  reference: FieldReference,
  ...above: readonly string[]
): ReadonlyMap<string, string> {
  const kind = metadataPath.exec(reference.path)?.[1] ?? 'labels';
  return labelsAt(root, ...above, 'metadata', kind);
}

function podReferences(workload: Resource): readonly Found[] {
  const template = nodeAt(workload.root, 'spec', 'template', 'spec');
  const canary = ['spec', 'strategy', 'canary'];
  return fieldReferences(template).flatMap((reference) => {
    const kind = metadataPath.exec(reference.path)?.[1] ?? 'labels';
    const known = new Map([
      ...(kind === 'labels' ? podLabels(workload) : keysOf(workload.root, reference, 'spec', 'template')),
      // These only exist on pods of one role, but on all of them once both roles name the key.
      ...labelsAt(workload.root, ...canary, 'canaryMetadata', kind),
      ...labelsAt(workload.root, ...canary, 'stableMetadata', kind),
    ]);
    return missing(reference, known, `the pod template of ${workload.kind} ${workload.name}`);
  });
}

export const unresolvedField: LintRule = {
  id: 'L2',
  title: 'fieldRef to a label that is not there',
  effect: 'the argument or variable stays empty: the analysis is an error, the pod does not know its colour',
  fix: 'put the label on the object that the reference reads (Rollout for arguments, pod template for variables), under one name everywhere',
  source: 'delivery L2, F38',
  check: (input) => [
    ...analysisUses(input).flatMap((use) =>
      use.args.flatMap((argument) =>
        fieldReferences(argument).flatMap((reference) =>
          missing(reference, keysOf(use.owner.root, reference), `${use.owner.kind} ${use.owner.name}`),
        ),
      ),
    ),
    ...input.resources.filter(isWorkload).flatMap(podReferences),
  ],
};
