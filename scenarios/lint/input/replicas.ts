import { numberAt, textAt } from '../documents/manifest-node.ts';
import { canarySteps, type CanaryStep, type Resource } from './resource.ts';
import { nodeAt } from '../documents/manifest-node.ts';

/** Replicas of a workload; 1 where none are written (delivery 1). */
export function replicasOf(workload: Resource): number {
  return numberAt(workload.root, 'spec', 'replicas') ?? 1;
}

/** A number, or a percentage of it, as Kubernetes takes either. */
export function absoluteOrPercent(text: string, whole: number, round: 'up' | 'down'): number | undefined {
  const match = /^(\d+)(%?)$/.exec(text.trim());
  if (match === null) return undefined;
  const amount = Number(match[1]);
  if (match[2] === '') return amount;
  return round === 'up' ? Math.ceil((amount * whole) / 100) : Math.floor((amount * whole) / 100);
}

export function maxSurgeOf(rollout: Resource, replicas: number): number {
  const text = textAt(rollout.root, 'spec', 'strategy', 'canary', 'maxSurge') ?? '25%';
  return absoluteOrPercent(text, replicas, 'up') ?? 0;
}

export interface WeightStep {
  readonly index: number;
  readonly weight: number;
  readonly step: CanaryStep;
}

/** Weights of the steps, with the index of each step. */
export function weightSteps(rollout: Resource): readonly WeightStep[] {
  return canarySteps(rollout).flatMap((step) => {
    const weight = step.key === 'setWeight' ? numberAt(step.value) : undefined;
    return weight === undefined ? [] : [{ index: step.index, weight, step }];
  });
}

export function hasTrafficRouting(rollout: Resource): boolean {
  return nodeAt(rollout.root, 'spec', 'strategy', 'canary', 'trafficRouting') !== undefined;
}
