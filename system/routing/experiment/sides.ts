import type { ExperimentSide } from '../../ports/experiment-side.ts';

export const experimentSides: readonly ExperimentSide[] = ['baseline', 'candidate'];

export type ExperimentComponent = 'collector' | 'defender';

export const experimentComponents: readonly ExperimentComponent[] = ['collector', 'defender'];

/** Deployments of their own: no pod of an experiment is counted to a colour (delivery 40). */
export function experimentDeployment(component: ExperimentComponent, side: ExperimentSide): string {
  return `experiment-${component}-${side}`;
}

/** Labels of these Deployments: which release they belong to, and whose NATS they use. */
export const experimentLabels = { run: 'experiment', colour: 'nats' } as const;
