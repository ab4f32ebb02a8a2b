import type { Plan, Step } from './plan.ts';

export interface Disagreement {
  readonly plan: Plan;
  /** Undefined: the deployment itself. */
  readonly step: Step | undefined;
  readonly real: string;
  readonly model: string;
}

/** A difference that is understood and left. */
export interface KnownDifference {
  readonly id: string;
  readonly what: string;
  readonly why: string;
  /** Which scenario it could mislead, and how. */
  readonly misleads: string;
  explains(disagreement: Disagreement): boolean;
}

export const knownDifferences: readonly KnownDifference[] = [];

export function knownDifference(disagreement: Disagreement): KnownDifference | undefined {
  return knownDifferences.find((known) => known.explains(disagreement));
}
