import {
  entriesAt,
  itemsAt,
  nodeAt,
  textAt,
  type ManifestNode,
  type MapEntry,
  type MapNode,
} from '../documents/manifest-node.ts';
import type { Place } from '../documents/source-text.ts';

/** An object of Kubernetes, as it is written. */
export interface Resource {
  readonly root: MapNode;
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  /** Undefined where none is written: such an object fits every namespace. */
  readonly namespace: string | undefined;
}

/** A value of a manifest and the key that it stands at. */
export function placeOf(root: ManifestNode | undefined, ...path: readonly string[]): Place {
  const last = path.at(-1);
  const parent = nodeAt(root, ...path.slice(0, -1));
  const entry = parent?.kind === 'map' ? parent.entries.find(({ key }) => key === last) : undefined;
  return entry?.keyPlace ?? parent?.place ?? root?.place ?? { file: '', line: 1, column: 1 };
}

export function resourceOf(root: ManifestNode): Resource | undefined {
  const apiVersion = textAt(root, 'apiVersion');
  const kind = textAt(root, 'kind');
  if (root.kind !== 'map' || apiVersion === undefined || kind === undefined) return undefined;
  return {
    root,
    apiVersion,
    kind,
    name: textAt(root, 'metadata', 'name') ?? '',
    namespace: textAt(root, 'metadata', 'namespace'),
  };
}

export function sameNamespace(left: Resource, right: Resource): boolean {
  return left.namespace === undefined || right.namespace === undefined || left.namespace === right.namespace;
}

const workloadKinds = new Set(['Rollout', 'Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet']);

export function isWorkload(resource: Resource): boolean {
  return workloadKinds.has(resource.kind);
}

const knownPodLabels = new WeakMap<Resource, ReadonlyMap<string, string>>();

/** Labels that the pods of a workload carry. */
export function podLabels(workload: Resource): ReadonlyMap<string, string> {
  const known = knownPodLabels.get(workload);
  if (known !== undefined) return known;
  const labels = labelsAt(workload.root, 'spec', 'template', 'metadata', 'labels');
  knownPodLabels.set(workload, labels);
  return labels;
}

export function labelsAt(root: ManifestNode, ...path: readonly string[]): ReadonlyMap<string, string> {
  return new Map(entriesAt(root, ...path).map(({ key, value }) => [key, textAt(value) ?? '']));
}

/** Whether a selector of labels picks what carries these; an empty selector picks nothing here. */
export function selects(selector: ReadonlyMap<string, string>, labels: ReadonlyMap<string, string>): boolean {
  return selector.size > 0 && [...selector].every(([key, value]) => labels.get(key) === value);
}

/** What a step of a canary does, with the index of the step; a step may do several things at once. */
export interface CanaryStep extends MapEntry {
  readonly index: number;
}

export function canarySteps(rollout: Resource): readonly CanaryStep[] {
  return itemsAt(rollout.root, 'spec', 'strategy', 'canary', 'steps').flatMap((step, index) =>
    step.kind === 'map' ? step.entries.map((entry) => ({ ...entry, index })) : [],
  );
}

/** The colour or role that a name or a label speaks of, as a word of its own. */
export function colourOf(text: string): 'blue' | 'green' | 'stable' | 'canary' | undefined {
  const found = /(?:^|[^a-z])(blue|green|stable|canary)(?:[^a-z]|$)/i.exec(text)?.[1]?.toLowerCase();
  return found === 'blue' || found === 'green' || found === 'stable' || found === 'canary'
    ? found
    : undefined;
}
