import type { PodView } from './rig.ts';

/** The node with most pods that are to stay, the first by name of several; undefined without pods. */
export function fullestNode(pods: readonly PodView[]): string | undefined {
  const counts = new Map<string, number>();
  for (const { node, terminating } of pods) {
    if (node !== undefined && !terminating) counts.set(node, (counts.get(node) ?? 0) + 1);
  }
  const names = [...counts.keys()].toSorted(
    (left, right) => (counts.get(right) ?? 0) - (counts.get(left) ?? 0) || (left < right ? -1 : 1),
  );
  return names[0];
}

/** The first pod of a class that is to stay; by ordinal where names are stable, else by age. */
export function firstOf(
  pods: readonly PodView[],
  image: string,
  ready: boolean,
  stableNames: boolean,
): PodView | undefined {
  const fitting = pods.filter((pod) => pod.image === image && pod.ready === ready && !pod.terminating);
  if (!stableNames) return fitting[0];
  return fitting.toSorted((left, right) => (left.name < right.name ? -1 : 1))[0];
}
