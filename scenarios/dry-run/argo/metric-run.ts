import type { AnalysisPhase, MeasurementPhase } from './phase.ts';

/** Settings of a metric that decide its phase and its next measurement; −1 switches a limit off. */
export interface MetricSpec {
  readonly name: string;
  /** Undefined: measured once, or for ever where there is an interval. */
  readonly count: number | undefined;
  readonly intervalMs: number | undefined;
  readonly initialDelayMs: number;
  readonly failureLimit: number;
  readonly inconclusiveLimit: number;
  readonly consecutiveErrorLimit: number;
  /** 0: as many as `count`. */
  readonly consecutiveSuccessLimit: number;
}

export interface MetricCounters {
  /** Successful, failed and inconclusive measurements; errors do not count (delivery 28). */
  readonly count: number;
  readonly successful: number;
  readonly failed: number;
  readonly inconclusive: number;
  readonly error: number;
  readonly consecutiveError: number;
  readonly consecutiveSuccess: number;
}

export const noMeasurements: MetricCounters = {
  count: 0,
  successful: 0,
  failed: 0,
  inconclusive: 0,
  error: 0,
  consecutiveError: 0,
  consecutiveSuccess: 0,
};

/** Defaults of the controller (delivery 1, 29, 31). */
export const defaultConsecutiveErrorLimit = 4;
export const errorRetryMs = 10_000;

/** Measurements until a metric is done; undefined for a metric that never ends by itself (delivery 26). */
export function effectiveCount(spec: MetricSpec): number | undefined {
  return spec.count ?? (spec.intervalMs === undefined ? 1 : undefined);
}

export function afterMeasurement(counters: MetricCounters, phase: MeasurementPhase): MetricCounters {
  const { count, successful, failed, inconclusive, error, consecutiveError, consecutiveSuccess } = counters;
  switch (phase) {
    case 'Successful':
      return {
        ...counters,
        count: count + 1,
        successful: successful + 1,
        consecutiveSuccess: consecutiveSuccess + 1,
        consecutiveError: 0,
      };
    case 'Failed':
      return {
        ...counters,
        count: count + 1,
        failed: failed + 1,
        consecutiveSuccess: 0,
        consecutiveError: 0,
      };
    case 'Inconclusive':
      return {
        ...counters,
        count: count + 1,
        inconclusive: inconclusive + 1,
        consecutiveSuccess: 0,
        consecutiveError: 0,
      };
    case 'Error':
      return { ...counters, error: error + 1, consecutiveError: consecutiveError + 1 };
  }
}

/** The phase of a metric (delivery 29, 30): limits first, of which the later one wins, then what is enough. */
export function metricPhase(spec: MetricSpec, counters: MetricCounters): AnalysisPhase {
  let phase: AnalysisPhase | undefined;
  if (spec.failureLimit >= 0 && counters.failed > spec.failureLimit) phase = 'Failed';
  if (spec.inconclusiveLimit >= 0 && counters.inconclusive > spec.inconclusiveLimit) phase = 'Inconclusive';
  if (counters.consecutiveError > spec.consecutiveErrorLimit) phase = 'Error';
  if (phase !== undefined) return phase;
  const wanted = spec.consecutiveSuccessLimit;
  if (wanted > 0 && counters.consecutiveSuccess >= wanted) return 'Successful';
  const count = effectiveCount(spec);
  if (count === undefined || counters.count < count) return 'Running';
  if (wanted === 0) return 'Successful';
  return spec.failureLimit >= 0 ? 'Inconclusive' : 'Failed';
}

/** When the next measurement starts: an Error is tried again after 10 s, whatever the interval (delivery 31). */
export function nextMeasurementMs(spec: MetricSpec, finishedAtMs: number, last: MeasurementPhase): number {
  return finishedAtMs + (last === 'Error' ? errorRetryMs : (spec.intervalMs ?? 0));
}
