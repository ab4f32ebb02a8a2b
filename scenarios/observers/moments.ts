import { moments } from '../../chaos/moment.ts';
import type { History } from '../../sim/history/history.ts';
import type { FaultOutcome, MomentOutcome } from '../run-result.ts';

/** The columns of the grid of moments × faults. */
export interface MomentColumns {
  readonly names: readonly string[];
  /** The column that a fault at a moment belongs to; undefined for one of none. */
  columnOf(fault: FaultOutcome): string | undefined;
  /**
   * Where every cell shall be hit but some: those of a moment, by column, each with the reason. Absent: a cell counts as
   * reachable where its moment was passed.
   */
  readonly unreachable?: (moment: string) => Readonly<Record<string, string>>;
}

/** A column for each kind that may be drawn. */
export function kindColumns(kinds: readonly string[]): MomentColumns {
  return { names: kinds, columnOf: ({ kind }) => kind };
}

/** Counts how often each moment was passed. The answer is the run's part of the grid of moments × faults. */
export function watchMoments(
  history: History,
  columns: MomentColumns,
): (faults: readonly FaultOutcome[]) => MomentOutcome[] {
  const counts = moments.map(() => 0);
  moments.forEach((moment, index) => {
    moment.watch(history, () => {
      counts[index] = (counts[index] ?? 0) + 1;
    });
  });
  return (faults) =>
    moments.map(({ name }, index) => {
      const unreachable = columns.unreachable?.(name);
      const hits: Record<string, number> = {};
      for (const column of columns.names) if (unreachable?.[column] === undefined) hits[column] = 0;
      for (const fault of faults) {
        if (fault.at?.moment !== name || fault.vacuous) continue;
        const column = columns.columnOf(fault);
        if (column !== undefined && unreachable?.[column] === undefined)
          hits[column] = (hits[column] ?? 0) + 1;
      }
      return {
        moment: name,
        passed: counts[index] ?? 0,
        hits,
        ...(unreachable === undefined ? {} : { unreachable }),
      };
    });
}
