import type { AnalysisRun } from './argo/analysis-run.ts';
import { isCompleted } from './argo/phase.ts';

export interface MetricEvidence {
  readonly metric: string;
  readonly template: string;
  /** Of an experiment; absent elsewhere. */
  readonly analysis?: string;
  readonly measurements: number;
  readonly errors: number;
  readonly phase: string;
  /** Ended from outside: its phase is no evidence (delivery 34). */
  readonly terminated: boolean;
}

/** What each metric of these runs came to. */
export function evidenceOf(runs: readonly AnalysisRun[]): readonly MetricEvidence[] {
  return runs.flatMap((run) =>
    run.metrics.map(({ spec, counters, phase }) => ({
      metric: spec.name,
      template: spec.template,
      ...(spec.analysis === undefined ? {} : { analysis: spec.analysis }),
      measurements: counters.count,
      errors: counters.error,
      phase,
      terminated: run.terminated || (isCompleted(phase) && counters.count + counters.error === 0),
    })),
  );
}
