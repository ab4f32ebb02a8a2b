import { images, type Step, type Workload } from './plan.ts';
import type { Happened, Outcome, PodView, Resize, Snapshot } from './rig.ts';

/** What one step showed, as a line of text: equal lines are equal observations. */
export type Observation = string;

/** Steps after which the nodes of the pods are told; elsewhere they follow from a choice among equal pods. */
const nodeSteps: readonly Step['kind'][] = ['fail-node', 'restore-node', 'wait'];

/**
 * Empty ReplicaSets are told after a wait only: nothing says when those beyond the limit are deleted.
 * Order is compared where it is determined: one controller writes the sizes of all ReplicaSets. Their pods are created
 * and deleted at once, by controllers beside each other: these are counted, those with stable names by name.
 */
export function observe(
  workload: Workload,
  step: Step | undefined,
  outcomes: readonly Outcome[],
  happened: Happened,
  snapshot: Snapshot,
): Observation {
  const parts: string[] = [];
  if (outcomes.length > 0) parts.push(outcomes.toSorted(byText).join(' '));
  if (workload.stableNames) {
    parts.push(named('+', happened.created), named('-', happened.deleted));
    parts.push(namedPods(snapshot.pods));
  } else {
    const simultaneous = step?.kind === 'ready' && step.all;
    const sets = snapshot.replicaSets.filter(({ replicas }) => replicas > 0 || step?.kind === 'wait');
    parts.push(sets.map(({ image, replicas }) => `${image}${replicas}`).join(' ') || 'empty');
    if (!simultaneous) parts.push(resizes(happened.resizes));
    parts.push(podEvents(happened, simultaneous), podCounts(snapshot.pods));
    const { total, updated, ready, available } = snapshot.counts;
    parts.push(`${total}/${updated}/${ready}/${available}`);
    parts.push(`${snapshot.progressing ?? '-'}, available ${snapshot.available ?? '-'}`);
  }
  const waiting = snapshot.pods.filter(({ node }) => node === undefined).length;
  if (waiting > 0) parts.push(`${waiting} without a node`);
  const { budget } = snapshot;
  if (budget !== undefined) parts.push(`budget ${budget.healthy}/${budget.needed} allows ${budget.allowed}`);
  if (step === undefined || nodeSteps.includes(step.kind)) parts.push(`nodes ${nodeCounts(snapshot.pods)}`);
  return parts.filter((part) => part !== '').join(' | ');
}

function byText(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}

function ordinal(name: string): string {
  return name.slice(name.lastIndexOf('-') + 1);
}

/** Writes to one ReplicaSet that follow each other are one: how many it takes depends on what has been seen by then. */
function resizes(all: readonly Resize[]): string {
  const merged: Resize[] = [];
  for (const resize of all) {
    const last = merged.at(-1);
    if (last?.image === resize.image) merged.splice(-1, 1, { ...last, to: resize.to });
    else merged.push(resize);
  }
  return merged.map(({ image, from, to }) => `${image}${from}>${to}`).join(' ');
}

function podEvents({ created, deleted }: Happened, simultaneous: boolean): string {
  const words = images.flatMap((image) => {
    const here = created.filter((pod) => pod.image === image).length;
    const gone = deleted.filter((pod) => pod.image === image);
    const goneReady = gone.filter((pod) => pod.ready).length;
    const goneUnready = gone.length - goneReady;
    if (simultaneous) return here + gone.length === 0 ? [] : [`${image}+${here}-${gone.length}`];
    return [
      ...(here > 0 ? [`${image}+${here}`] : []),
      ...(goneReady > 0 ? [`${image}-${goneReady}ready`] : []),
      ...(goneUnready > 0 ? [`${image}-${goneUnready}unready`] : []),
    ];
  });
  return words.join(' ');
}

function named(sign: string, pods: readonly Pick<PodView, 'name' | 'image'>[]): string {
  return pods
    .map(({ name, image }) => `${sign}${ordinal(name)}${image}`)
    .toSorted(byText)
    .join(' ');
}

function podCounts(pods: readonly PodView[]): string {
  return images
    .flatMap((image) => {
      const mine = pods.filter((pod) => pod.image === image);
      if (mine.length === 0) return [];
      const active = mine.filter((pod) => !pod.terminating);
      const ready = active.filter((pod) => pod.ready).length;
      return [`${image}${ready}r${active.length - ready}u${mine.length - active.length}t`];
    })
    .join(' ');
}

function namedPods(pods: readonly PodView[]): string {
  const words = pods
    .toSorted((left, right) => Number(ordinal(left.name)) - Number(ordinal(right.name)))
    .map(
      ({ name, image, ready, terminating }) =>
        `${ordinal(name)}${image}${terminating ? 't' : ready ? 'r' : 'u'}`,
    );
  return words.join(' ');
}

/** Which node of equal ones is taken is free; how many pods of an image each gets is not. */
function nodeCounts(pods: readonly PodView[]): string {
  const words = images.flatMap((image) => {
    const counts = new Map<string, number>();
    let waiting = 0;
    for (const pod of pods) {
      if (pod.image !== image || pod.terminating) continue;
      if (pod.node === undefined) waiting++;
      else counts.set(pod.node, (counts.get(pod.node) ?? 0) + 1);
    }
    const sizes = [...counts.values()].toSorted((left, right) => right - left);
    if (waiting > 0) sizes.push(-waiting);
    return sizes.length === 0 ? [] : [`${image}${sizes.join(',')}`];
  });
  return words.join(' ');
}
