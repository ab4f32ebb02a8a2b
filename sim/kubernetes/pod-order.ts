import type { Pod } from './pod.ts';

/**
 * Who of the active pods of one ReplicaSet goes first when some must go (delivery 68). Not modelled: the deletion-cost
 * annotation. Ages are compared by their order of magnitude (base 2), ties by name, as the real controller does by uid.
 */
export function inDeletionOrder(pods: readonly Pod[], nowUs: number): Pod[] {
  const crowd = new Map<string, number>();
  for (const pod of pods) {
    if (pod.node !== undefined) crowd.set(pod.node.name, (crowd.get(pod.node.name) ?? 0) + 1);
  }
  const crowdOf = (pod: Pod): number => (pod.node === undefined ? 0 : (crowd.get(pod.node.name) ?? 0));
  return [...pods].sort(
    (left, right) =>
      Number(left.node !== undefined) - Number(right.node !== undefined) ||
      phaseRank(left) - phaseRank(right) ||
      Number(left.ready) - Number(right.ready) ||
      crowdOf(right) - crowdOf(left) ||
      (left.ready && right.ready && left.readySinceUs !== right.readySinceUs
        ? magnitude(nowUs - left.readySinceUs) - magnitude(nowUs - right.readySinceUs)
        : 0) ||
      right.restarts - left.restarts ||
      magnitude(nowUs - left.createdUs) - magnitude(nowUs - right.createdUs) ||
      (left.name < right.name ? -1 : 1),
  );
}

/** Pending before Running; a container that waits for its restart belongs to a running pod. */
function phaseRank(pod: Pod): number {
  switch (pod.phase) {
    case 'pending':
    case 'starting':
      return pod.restarts === 0 && pod.container === undefined ? 0 : 1;
    case 'running':
    case 'backing-off':
    case 'ended':
      return 1;
  }
}

function magnitude(ageUs: number): number {
  return ageUs > 0 ? Math.floor(Math.log2(ageUs * 1000)) : -1;
}
