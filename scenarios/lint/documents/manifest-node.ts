import type { Place, SourceText } from './source-text.ts';

export type ScalarValue = string | number | boolean | null;

export interface ScalarNode {
  readonly kind: 'scalar';
  readonly place: Place;
  readonly value: ScalarValue;
  /** The value as text, with the place of each of its characters. */
  readonly body: SourceText;
}

export interface ListNode {
  readonly kind: 'list';
  readonly place: Place;
  readonly items: readonly ManifestNode[];
}

export interface MapEntry {
  readonly key: string;
  readonly keyPlace: Place;
  readonly value: ManifestNode;
}

export interface MapNode {
  readonly kind: 'map';
  readonly place: Place;
  readonly entries: readonly MapEntry[];
}

/** A value of YAML or JSON that knows where it stands. */
export type ManifestNode = ScalarNode | ListNode | MapNode;

export function entryOf(node: ManifestNode | undefined, key: string): MapEntry | undefined {
  if (node?.kind !== 'map') return undefined;
  return node.entries.find((entry) => entry.key === key);
}

/** The value below a path of keys; undefined where the path ends early. */
export function nodeAt(node: ManifestNode | undefined, ...path: readonly string[]): ManifestNode | undefined {
  let current = node;
  for (const key of path) current = entryOf(current, key)?.value;
  return current;
}

export function entriesAt(node: ManifestNode | undefined, ...path: readonly string[]): readonly MapEntry[] {
  const found = nodeAt(node, ...path);
  return found?.kind === 'map' ? found.entries : [];
}

export function itemsAt(node: ManifestNode | undefined, ...path: readonly string[]): readonly ManifestNode[] {
  const found = nodeAt(node, ...path);
  return found?.kind === 'list' ? found.items : [];
}

/** A scalar as text: numbers and booleans as they are written; undefined for null, lists and maps. */
export function textAt(node: ManifestNode | undefined, ...path: readonly string[]): string | undefined {
  const found = nodeAt(node, ...path);
  if (found?.kind !== 'scalar' || found.value === null) return undefined;
  return String(found.value);
}

/** A number, also where it is written as a text of digits. */
export function numberAt(node: ManifestNode | undefined, ...path: readonly string[]): number | undefined {
  const text = textAt(node, ...path);
  if (text === undefined || !/^-?\d+(\.\d+)?$/.test(text)) return undefined;
  return Number(text);
}

export function scalarAt(node: ManifestNode | undefined, ...path: readonly string[]): ScalarNode | undefined {
  const found = nodeAt(node, ...path);
  return found?.kind === 'scalar' ? found : undefined;
}

/** Visits a node and all below it; `path` holds the keys, `[]` for an item of a list. */
export function walk(
  node: ManifestNode,
  visit: (node: ManifestNode, path: readonly string[], entry: MapEntry | undefined) => void,
  path: readonly string[] = [],
  entry?: MapEntry,
): void {
  visit(node, path, entry);
  switch (node.kind) {
    case 'scalar':
      return;
    case 'list':
      for (const item of node.items) walk(item, visit, [...path, '[]']);
      return;
    case 'map':
      for (const child of node.entries) walk(child.value, visit, [...path, child.key], child);
  }
}
