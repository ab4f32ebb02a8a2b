import { moments } from '../../chaos/moment.ts';
import type { History } from '../../sim/history/history.ts';
import type { FaultOutcome, MomentOutcome } from '../run-result.ts';

/**
 * Counts how often each moment was passed. The answer is the run's part of the grid of moments × fault kinds: `kinds` are
 * those that the scenario may pin to a moment, each with the number of faults that bit there.
 */
export function watchMoments(
  history: History,
  kinds: readonly string[],
): (faults: readonly FaultOutcome[]) => MomentOutcome[] {
  const counts = moments.map(() => 0);
  moments.forEach((moment, index) => {
    moment.watch(history, () => {
      counts[index] = (counts[index] ?? 0) + 1;
    });
  });
  return (faults) =>
    moments.map(({ name }, index) => {
      const hits: Record<string, number> = {};
      for (const kind of kinds) hits[kind] = 0;
      for (const { at, kind, vacuous } of faults) {
        if (at?.moment === name && !vacuous) hits[kind] = (hits[kind] ?? 0) + 1;
      }
      return { moment: name, passed: counts[index] ?? 0, hits };
    });
}
