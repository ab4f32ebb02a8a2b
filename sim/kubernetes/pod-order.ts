import type { Pod } from './pod.ts';

/** A pod as far as the choice looks at it. Times are microseconds; the API holds them in whole seconds. */
export interface DeletionCandidate {
  readonly name: string;
  readonly assigned: boolean;
  /** Running rather than Pending: a container of it has been started. */
  readonly running: boolean;
  readonly ready: boolean;
  readonly readySinceUs: number;
  readonly createdUs: number;
  readonly restarts: number;
  /** Active pods on its node of all ReplicaSets of its Deployment. */
  readonly crowd: number;
}

/**
 * Who of the active pods of one ReplicaSet goes first when some must go (delivery 68); `siblings` are the active pods
 * of the whole Deployment. Ties go by name, as the real controller's go by uid. Not modelled: the deletion-cost
 * annotation.
 */
export function inDeletionOrder(
  pods: readonly Pod[],
  siblings: readonly Pod[],
  nowUs: number,
  compare: typeof compareForDeletion = compareForDeletion,
): Pod[] {
  const crowds = new Map<string, number>();
  for (const { node } of siblings) {
    if (node !== undefined) crowds.set(node.name, (crowds.get(node.name) ?? 0) + 1);
  }
  return pods
    .map((pod) => ({ pod, candidate: candidateOf(pod, crowds) }))
    .sort(
      (left, right) =>
        compare(left.candidate, right.candidate, nowUs) ||
        (left.candidate.name < right.candidate.name ? -1 : 1),
    )
    .map(({ pod }) => pod);
}

/** Below 0: the left one goes first; 0: nothing but the name decides. Ages count by their order of magnitude (base 2). */
export function compareForDeletion(left: DeletionCandidate, right: DeletionCandidate, nowUs: number): number {
  const first =
    Number(left.assigned) - Number(right.assigned) ||
    Number(left.running) - Number(right.running) ||
    Number(left.ready) - Number(right.ready) ||
    right.crowd - left.crowd;
  if (first !== 0) return first;
  const leftReadyUs = wholeSeconds(left.readySinceUs);
  const rightReadyUs = wholeSeconds(right.readySinceUs);
  if (left.ready && right.ready && leftReadyUs !== rightReadyUs)
    return magnitude(nowUs - leftReadyUs) - magnitude(nowUs - rightReadyUs);
  if (left.restarts !== right.restarts) return right.restarts - left.restarts;
  return magnitude(nowUs - wholeSeconds(left.createdUs)) - magnitude(nowUs - wholeSeconds(right.createdUs));
}

function candidateOf(pod: Pod, crowds: ReadonlyMap<string, number>): DeletionCandidate {
  return {
    name: pod.name,
    assigned: pod.node !== undefined,
    running: pod.container !== undefined,
    ready: pod.ready,
    readySinceUs: pod.readySinceUs,
    createdUs: pod.createdUs,
    restarts: pod.restarts,
    crowd: pod.node === undefined ? 0 : (crowds.get(pod.node.name) ?? 0),
  };
}

function wholeSeconds(timeUs: number): number {
  return Math.floor(timeUs / 1_000_000) * 1_000_000;
}

function magnitude(ageUs: number): number {
  return ageUs > 0 ? Math.floor(Math.log2(ageUs * 1000)) : -1;
}
