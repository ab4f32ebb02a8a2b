import { failureOf, type GateEvidence, type GateSettings } from './gates.ts';

/**
 * An analysis that runs beside the stages, from one of them to the end of the release, in their pauses too (delivery 14,
 * 26–34). It looks at the last `windowMs` every `intervalMs`.
 */
export interface BackgroundSettings {
  /** From this stage on, counted from 0. */
  readonly startingStage: number;
  readonly intervalMs: number;
  readonly windowMs: number;
  /** After a question that the metrics store did not answer, whatever the interval (delivery 31). */
  readonly errorIntervalMs: number;
  /** More failed measurements than this: L1. */
  readonly failureLimit: number;
  /** More measurements in the warning band than this: the release is paused (delivery C19). */
  readonly inconclusiveLimit: number;
  /** More errors in a row than this: the release is paused, since that is no word about the canary (delivery F27). */
  readonly consecutiveErrorLimit: number;
}

export const defaultBackgroundSettings: BackgroundSettings = {
  startingStage: 0,
  intervalMs: 60_000,
  windowMs: 120_000,
  errorIntervalMs: 10_000,
  failureLimit: 1,
  inconclusiveLimit: 2,
  consecutiveErrorLimit: 4,
};

/** `too-few`: nothing that a word could be based on; it counts neither way (delivery F29). */
export type Measurement = 'successful' | 'failed' | 'inconclusive' | 'error' | 'too-few';

/** Since the analysis began, or since it paused the release. */
export interface MeasurementCounts {
  readonly failed: number;
  readonly inconclusive: number;
  readonly consecutiveErrors: number;
}

export const noMeasurements: MeasurementCounts = { failed: 0, inconclusive: 0, consecutiveErrors: 0 };

/** Failure is looked at first; what is neither good nor failed is inconclusive (delivery 27, R112–R114). */
export function measurementOf(evidence: GateEvidence, gates: GateSettings): Measurement {
  const { requests, errorRate, p95Ms } = evidence;
  if (requests === undefined) return 'error';
  if (requests < gates.failureRequests) return 'too-few';
  if (failureOf(evidence, gates) !== undefined) return 'failed';
  if (errorRate === undefined || p95Ms === undefined) return 'error';
  const { successErrorRate, successP95Ms } = gates.thresholds;
  return errorRate < successErrorRate && p95Ms < successP95Ms ? 'successful' : 'inconclusive';
}

export function counted(counts: MeasurementCounts, measurement: Measurement): MeasurementCounts {
  const answered = { ...counts, consecutiveErrors: 0 };
  switch (measurement) {
    case 'failed':
      return { ...answered, failed: counts.failed + 1 };
    case 'inconclusive':
      return { ...answered, inconclusive: counts.inconclusive + 1 };
    case 'error':
      return { ...counts, consecutiveErrors: counts.consecutiveErrors + 1 };
    case 'successful':
    case 'too-few':
      return answered;
  }
}

export interface AnalysisVerdict {
  readonly act: 'roll-back' | 'pause';
  readonly reason: string;
}

/** What the measurements until now call for; undefined: nothing. */
export function judgeAnalysis(
  counts: MeasurementCounts,
  limits: BackgroundSettings,
): AnalysisVerdict | undefined {
  const { failed, inconclusive, consecutiveErrors } = counts;
  if (failed > limits.failureLimit) {
    return { act: 'roll-back', reason: `background analysis: ${failed} measurements failed` };
  }
  if (inconclusive > limits.inconclusiveLimit) {
    return { act: 'pause', reason: `background analysis: ${inconclusive} measurements in the warning band` };
  }
  if (consecutiveErrors > limits.consecutiveErrorLimit) {
    return { act: 'pause', reason: `background analysis: no answer ${consecutiveErrors} times` };
  }
  return undefined;
}
