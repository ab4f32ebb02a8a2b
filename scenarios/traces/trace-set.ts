import { minQualifiedContexts } from '../../system/charts/strategies/history.ts';
import type { TraceProblem } from './trace-problem.ts';

export type WaferLabel = 'normal' | 'abnormal';

/** One recorded wafer: one context of one SVID, its samples evenly spaced over the context. */
export interface Wafer {
  /** As in the file; it stays with the wafer through to the report. */
  readonly id: string;
  readonly label: WaferLabel;
  readonly samples: Float64Array;
}

/** The wafers of one file, in file order; all have the same number of samples, at least one. */
export interface TraceSet {
  readonly wafers: readonly Wafer[];
  readonly sampleCount: number;
}

/** How many wafers, from the start of the file, are the first half: the half, rounded down. */
export function firstHalfCount(traces: TraceSet): number {
  return Math.floor(traces.wafers.length / 2);
}

/** The normal wafers of the first half: the qualified history that is in the store before the run. */
export function qualifiedWafers(traces: TraceSet): Wafer[] {
  return traces.wafers.slice(0, firstHalfCount(traces)).filter(({ label }) => label === 'normal');
}

/** The second half of the file: the wafers that are judged. */
export function judgedWafers(traces: TraceSet): Wafer[] {
  return traces.wafers.slice(firstHalfCount(traces));
}

/** Why a run over these wafers could not show anything: nothing to learn from, to find, or to leave alone. */
export function halvesProblems(traces: TraceSet): TraceProblem[] {
  const half = firstHalfCount(traces);
  const total = traces.wafers.length;
  const qualified = qualifiedWafers(traces).length;
  const judged = judgedWafers(traces);
  const problems: TraceProblem[] = [];
  const report = (message: string, expected: string): void => {
    problems.push({ line: 0, column: 0, message, expected });
  };
  if (qualified < minQualifiedContexts) {
    report(
      `the first half (wafers 1 to ${half} of ${total}) has ${qualified} normal wafers`,
      `at least ${minQualifiedContexts}: they are the qualified history that limits are learnt from`,
    );
  }
  for (const label of ['abnormal', 'normal'] as const) {
    if (judged.some((wafer) => wafer.label === label)) continue;
    report(
      `the second half (wafers ${half + 1} to ${total} of ${total}) has no ${label} wafer`,
      label === 'abnormal'
        ? 'at least one: the second half is judged, and without it nothing can be detected'
        : 'at least one: the second half is judged, and without it no false alarm can show',
    );
  }
  return problems;
}
