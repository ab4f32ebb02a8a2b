import * as fc from 'fast-check';
import type { FaultKind } from './fault.ts';
import type { MomentTarget, PlannedMoment } from './planned-moment.ts';
import { isAimable } from './target-group.ts';

/** Which moments drawn faults are pinned to, and how many of them are. */
export interface DrawnMoments {
  /** Names of `moments`, at least one. */
  readonly names: readonly string[];
  /** Of the drawn faults, from 0 to 1; the others have a time. */
  readonly share: number;
}

const shareWeight = 1000;
/** Most often the fault comes at once; short delays are those of a message on its way, and of a heartbeat. */
const delaysMs = [0, 0, 0, 1, 5, 50, 500, 2_000];
const latestOccurrence = 3;

/** A moment for a fault of this kind, or undefined for one with a time. Shrinks to the first occurrence without delay. */
export function drawnMomentArbitrary(
  kind: FaultKind,
  { names, share }: DrawnMoments,
): fc.Arbitrary<Omit<PlannedMoment, 'durationMs'> | undefined> {
  const aimable: readonly MomentTarget[] = ['self', 'self', 'leader', 'drawn'];
  const targets = isAimable(kind) ? aimable : aimable.slice(-1);
  const pinned = fc.record({
    moment: fc.constantFrom(...names),
    occurrence: fc.integer({ min: 1, max: latestOccurrence }),
    delayMs: fc.constantFrom(...delaysMs),
    target: fc.constantFrom(...targets),
  });
  const parts = Math.round(share * shareWeight);
  return fc.oneof(
    { arbitrary: fc.constant(undefined), weight: shareWeight - parts },
    { arbitrary: pinned, weight: parts },
  );
}
