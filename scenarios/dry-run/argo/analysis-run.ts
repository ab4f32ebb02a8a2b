import type { Answer, MetricConditions } from './measurement.ts';
import { measure } from './measurement.ts';
import {
  afterMeasurement,
  exceededLimit,
  invalidMetric,
  metricPhase,
  nextMeasurementMs,
  noMeasurements,
  type MetricCounters,
  type MetricSpec,
} from './metric-run.ts';
import { isCompleted, worsePhase, type AnalysisPhase, type MeasurementPhase } from './phase.ts';

export interface AnalysisMetricSpec extends MetricSpec, MetricConditions {
  readonly template: string;
  /** Name of the analysis, in an experiment; absent elsewhere. */
  readonly analysis?: string;
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
  /** Why it ended as it did; empty while it runs. */
  readonly message: string;
  /** Ended by the rollout, not by its metrics: no evidence, whatever the phase says (delivery 34). */
  readonly terminated: boolean;
}

export interface MeasurementEvent {
  readonly metric: string;
  readonly analysis: string | undefined;
  readonly phase: MeasurementPhase;
  readonly message: string | undefined;
}

/** A run without metrics, or with one that is not valid, is an Error before anything is measured. */
export function startRun(metrics: readonly AnalysisMetricSpec[], nowMs: number): AnalysisRun {
  const refusal = refusalOf(metrics);
  return {
    startedMs: nowMs,
    metrics: metrics.map((spec) => ({
      spec,
      counters: noMeasurements,
      phase: 'Running',
      nextMs: nowMs + spec.initialDelayMs,
      message: undefined,
    })),
    phase: refusal === undefined ? 'Running' : 'Error',
    message: refusal === undefined ? '' : `Analysis spec invalid: ${refusal}`,
    terminated: false,
  };
}

function refusalOf(metrics: readonly AnalysisMetricSpec[]): string | undefined {
  if (metrics.length === 0) return 'no metrics specified';
  const refusals = metrics.map(invalidMetric);
  const index = refusals.findIndex((refusal) => refusal !== undefined);
  return index < 0 ? undefined : `metrics[${index}]: ${refusals[index]}`;
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
    told({ metric: metric.spec.name, analysis: metric.spec.analysis, phase, message });
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
  const ended = finished({ ...run, metrics: run.metrics.map(assessed) });
  return { ...ended, message: ended.message === '' ? 'Run Terminated' : ended.message, terminated: true };
}

/** A metric that is stopped before its end is assessed Successful. */
function assessed(metric: MetricRun): MetricRun {
  return isCompleted(metric.phase) ? metric : { ...metric, phase: 'Successful' };
}

function finished(run: AnalysisRun): AnalysisRun {
  const deciding = run.metrics.filter((metric) => !metric.spec.dryRun);
  let phase: AnalysisPhase = 'Successful';
  let message = '';
  for (const metric of deciding) {
    const worse = worsePhase(phase, metric.phase);
    if (worse !== phase) message = reasonOf(metric) ?? message;
    phase = worse;
  }
  const open = run.metrics.some((metric) => !isCompleted(metric.phase));
  return phase === 'Running' || (phase === 'Successful' && open)
    ? { ...run, phase: 'Running' }
    : { ...run, phase, message };
}

function reasonOf({ spec, counters, phase, message }: MetricRun): string | undefined {
  const exceeded = exceededLimit(spec, counters);
  if (exceeded === undefined) return undefined;
  const cause = message === undefined ? '' : `: "Error Message: ${message}"`;
  return `Metric "${spec.name}" assessed ${phase} due to ${exceeded}${cause}`;
}
