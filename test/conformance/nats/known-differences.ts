import type { NatsProfile } from '../../../sim/nats/index.ts';
import type { Observation } from './observation.ts';
import type { Plan, Step } from './plan.ts';

export interface Disagreement {
  readonly step: Step | 'creation' | 'end';
  readonly model: Observation;
  readonly server: Observation;
  readonly plan: Plan;
}

/** A difference that is understood and left. What follows it in a sequence is not compared. */
export interface KnownDifference {
  readonly id: string;
  readonly profiles: readonly NatsProfile['version'][];
  readonly what: string;
  readonly why: string;
  /** Day it was listed. */
  readonly since: string;
  /** The scenario that could be misled by it, and how. */
  readonly misleads: string;
  explains(disagreement: Disagreement): boolean;
  /** Shows the difference. It is run with the fixed sequences; where the worlds agree on it, the entry has to go. */
  readonly witness: Plan;
}

export const knownDifferences: readonly KnownDifference[] = [];
