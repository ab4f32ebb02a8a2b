import type { Answer, MetricConditions } from './measurement.ts';
import { measure } from './measurement.ts';
import {
  afterMeasurement,
  metricPhase,
  nextMeasurementMs,
  noMeasurements,
  type MetricCounters,
  type MetricSpec,
} from './metric-run.ts';
import { isCompleted, worsePhase, type AnalysisPhase, type MeasurementPhase } from './phase.ts';

export interface AnalysisMetricSpec extends MetricSpec, MetricConditions {
  readonly template: string;
  /** A dry-run metric is measured and never decides. */
  readonly dryRun: boolean;
}

export interface MetricRun {
  readonly spec: AnalysisMetricSpec;
  readonly counters: MetricCounters;
  readonly phase: AnalysisPhase;
  readonly nextMs: number;
  readonly message: string | undefined;
}

/** A run of one or more templates. */
export interface AnalysisRun {
  readonly startedMs: number;
  readonly metrics: readonly MetricRun[];
  readonly phase: AnalysisPhase;
  /** Ended by the rollout, not by its metrics: no evidence, whatever the phase says (delivery 34). */
  readonly terminated: boolean;
}

export interface MeasurementEvent {
  readonly metric: string;
  readonly phase: MeasurementPhase;
  readonly message: string | undefined;
}

export function startRun(metrics: readonly AnalysisMetricSpec[], nowMs: number): AnalysisRun {
  return {
    startedMs: nowMs,
    metrics: metrics.map((spec) => ({
      spec,
      counters: noMeasurements,
      phase: 'Running',
      nextMs: nowMs + spec.initialDelayMs,
      message: undefined,
    })),
    phase: metrics.length === 0 ? 'Successful' : 'Running',
    terminated: false,
  };
}

/** The earliest time at which a running metric is measured; undefined for a run that is over. */
export function nextRunMs(run: AnalysisRun): number | undefined {
  if (isCompleted(run.phase)) return undefined;
  const times = run.metrics.filter((metric) => !isCompleted(metric.phase)).map((metric) => metric.nextMs);
  return times.length === 0 ? undefined : Math.min(...times);
}

/** Measures what is due. The first metric that is Failed, Error or Inconclusive ends the run (delivery 33). */
export function advanceRun(
  run: AnalysisRun,
  nowMs: number,
  answerOf: (spec: AnalysisMetricSpec) => Answer,
  told: (event: MeasurementEvent) => void,
): AnalysisRun {
  if ((nextRunMs(run) ?? Infinity) > nowMs) return run;
  const measured = run.metrics.map((metric) => {
    if (isCompleted(metric.phase) || metric.nextMs > nowMs) return metric;
    const { phase, message } = measure(metric.spec, answerOf(metric.spec));
    told({ metric: metric.spec.name, phase, message });
    const counters = afterMeasurement(metric.counters, phase);
    return {
      spec: metric.spec,
      counters,
      phase: metricPhase(metric.spec, counters),
      nextMs: nextMeasurementMs(metric.spec, nowMs, phase),
      message: message ?? metric.message,
    };
  });
  const isBad = ({ phase, spec }: MetricRun): boolean =>
    !spec.dryRun && (phase === 'Failed' || phase === 'Error' || phase === 'Inconclusive');
  return measured.some(isBad)
    ? finished({ ...run, metrics: measured.map(assessed) })
    : finished({ ...run, metrics: measured });
}

/** Ends a run from outside: what had nothing bad to say becomes Successful (delivery 34). */
export function terminateRun(run: AnalysisRun): AnalysisRun {
  if (isCompleted(run.phase)) return run;
  return { ...finished({ ...run, metrics: run.metrics.map(assessed) }), terminated: true };
}

/** A metric that is stopped before its end is assessed Successful. */
function assessed(metric: MetricRun): MetricRun {
  return isCompleted(metric.phase) ? metric : { ...metric, phase: 'Successful' };
}

function finished(run: AnalysisRun): AnalysisRun {
  const deciding = run.metrics.filter((metric) => !metric.spec.dryRun);
  const phase = deciding.reduce<AnalysisPhase>(
    (worst, metric) => worsePhase(worst, metric.phase),
    'Successful',
  );
  const open = run.metrics.some((metric) => !isCompleted(metric.phase));
  return { ...run, phase: phase === 'Successful' && open ? 'Running' : phase };
}
