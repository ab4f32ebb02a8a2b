/**
 * Whom a fault at a moment hits: the pod in which it was passed, the leader of that colour, the oldest Defender of it that
 * does not lead, or whoever the fault's own parameters choose.
 */
export type MomentTarget = 'self' | 'leader' | 'follower' | 'drawn';

export const momentTargets: readonly MomentTarget[] = ['self', 'leader', 'follower', 'drawn'];

/** In place of a time: a fault begins when a named moment of the protocol is passed. */
export interface PlannedMoment {
  /** A name of `moments`, for example `map.published`. */
  readonly moment: string;
  /** Which time it is passed, counted from 1 and from the fault's `startMs` on. */
  readonly occurrence: number;
  /** Milliseconds from the moment to the fault. 0: before anything else happens. */
  readonly delayMs: number;
  readonly target: MomentTarget;
  /** Absent for a kind that is one act, and for a fault that lasts until everything is healed. */
  readonly durationMs?: number;
}

export const momentDefaults = { occurrence: 1, delayMs: 0, target: 'drawn' } as const;

export const momentLimits = { occurrence: 1_000_000, delayMs: 3_600_000 } as const;

/** `map.published` passed for the second time, 500 ms later: as people read it. */
export function describeMoment({ moment, occurrence, delayMs }: PlannedMoment): string {
  return `${moment}${occurrence === 1 ? '' : ` #${occurrence}`}${delayMs === 0 ? '' : ` + ${delayMs} ms`}`;
}
