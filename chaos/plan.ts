import type { PlannedMoment } from './planned-moment.ts';

/** One fault of a plan: data that a person can write, a seed can draw, and fast-check can shrink. */
export interface PlannedFault {
  /** Unique in its plan. Generated plans count `f1`, `f2`, …. */
  readonly id: string;
  /** A kind of the catalogue, for example `nats.partition`. */
  readonly kind: string;
  /** By the names of the kind; what is absent has the kind's default. */
  readonly parameters: Record<string, unknown>;
  /** Milliseconds of virtual time since the start of the run. With `at` the moment is waited for from then on. */
  readonly startMs: number;
  /** Absent for a kind that is one act, for a fault that lasts until everything is healed, and with `at`. */
  readonly endMs?: number;
  /** The fault begins at a moment of the protocol. A plan in JSON may leave `startMs` out then: from the start. */
  readonly at?: PlannedMoment;
}

/** All that will be broken in a run. `version` is that of this format. */
export interface Plan {
  readonly version: 1;
  readonly faults: readonly PlannedFault[];
}

export const emptyPlan: Plan = { version: 1, faults: [] };

export const planLimits = {
  /** Largest plan that is read, in bytes of UTF-8. */
  bytes: 1_048_576,
  faults: 1000,
  /** A year of virtual time. */
  timeMs: 365 * 24 * 3_600_000,
} as const;

/** The plan as it is kept on disk; parsing it gives the same plan. */
export function formatPlan(plan: Plan): string {
  return `${JSON.stringify(plan, undefined, 2)}\n`;
}
