import type { UChart } from '../uchart.ts';

/** Of a unit's contexts those that began when its last maintenance was over; the others tell of another machine. */
export function sinceMaintenance(contexts: readonly UChart[], maintainedUs: number): readonly UChart[] {
  return contexts.filter(({ startUs }) => startUs >= maintainedUs);
}

/**
 * The qualified contexts of a recipe from which a unit's limits are learnt anew after its maintenance: its own from before
 * it no longer count, those of other units still do. Where fewer than `minQualifiedContexts` are left, the unit is in the
 * start-up phase, without alarms, until enough of its new contexts are qualified.
 */
export function requalified(
  qualified: readonly UChart[],
  unit: string,
  maintainedUs: number,
): readonly UChart[] {
  return qualified.filter((context) => context.unit !== unit || context.startUs >= maintainedUs);
}
