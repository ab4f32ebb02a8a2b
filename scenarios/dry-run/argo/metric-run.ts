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

/** Why the controller refuses a metric when a run starts, in its words; undefined for a metric that is valid. */
export function invalidMetric(spec: MetricSpec): string | undefined {
  const { count, failureLimit, consecutiveSuccessLimit: wanted, inconclusiveLimit } = spec;
  if (failureLimit < -1) return 'failureLimit must be >= 0, or -1 to be disabled';
  if (wanted === 0 && failureLimit === -1) {
    return 'failureLimit and consecutiveSuccessLimit cannot both be disabled';
  }
  if (inconclusiveLimit < 0) return 'inconclusiveLimit must be >= 0';
  if (spec.consecutiveErrorLimit < 0) return 'consecutiveErrorLimit must be >= 0';
  if (count === undefined || count <= 0) return undefined;
  if (failureLimit >= 0 && count < failureLimit + wanted) {
    return `count (${count}) must be >= failureLimit + consecutiveSuccessLimit (${failureLimit} + ${wanted}) if both >= 0`;
  }
  if (failureLimit < 0 && count < wanted) return 'count must be >= consecutiveSuccessLimit';
  if (count < inconclusiveLimit) return 'count must be >= inconclusiveLimit';
  return count > 1 && spec.intervalMs === undefined ? 'interval must be specified when count > 1' : undefined;
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
      return {
        ...counters,
        error: error + 1,
        consecutiveError: consecutiveError + 1,
        consecutiveSuccess: 0,
      };
  }
}

/** The phase of a metric (delivery 29, 30): limits first, of which the later one wins, then what is enough. */
export function metricPhase(spec: MetricSpec, counters: MetricCounters): AnalysisPhase {
  let phase: AnalysisPhase | undefined;
  if (spec.failureLimit >= 0 && counters.failed > spec.failureLimit) phase = 'Failed';
  if (counters.inconclusive > spec.inconclusiveLimit) phase = 'Inconclusive';
  if (counters.consecutiveError > spec.consecutiveErrorLimit) phase = 'Error';
  if (phase !== undefined) return phase;
  const wanted = spec.consecutiveSuccessLimit;
  if (wanted > 0 && counters.consecutiveSuccess >= wanted) return 'Successful';
  const count = effectiveCount(spec);
  if (count === undefined || counters.count < count) return 'Running';
  if (wanted === 0) return 'Successful';
  return spec.failureLimit >= 0 ? 'Inconclusive' : 'Failed';
}

/** Why a limit of a metric is exceeded, in the controller's words; undefined where none is. */
export function exceededLimit(spec: MetricSpec, counters: MetricCounters): string | undefined {
  const { failed, inconclusive, consecutiveError } = counters;
  if (consecutiveError > spec.consecutiveErrorLimit) {
    return `consecutiveErrors (${consecutiveError}) > consecutiveErrorLimit (${spec.consecutiveErrorLimit})`;
  }
  if (inconclusive > spec.inconclusiveLimit) {
    return `inconclusive (${inconclusive}) > inconclusiveLimit (${spec.inconclusiveLimit})`;
  }
  return spec.failureLimit >= 0 && failed > spec.failureLimit
    ? `failed (${failed}) > failureLimit (${spec.failureLimit})`
    : undefined;
}

/** When the next measurement starts: an Error is tried again after 10 s, whatever the interval (delivery 31). */
export function nextMeasurementMs(spec: MetricSpec, finishedAtMs: number, last: MeasurementPhase): number {
  return finishedAtMs + (last === 'Error' ? errorRetryMs : (spec.intervalMs ?? 0));
}
