import { counted, noMeasurements, type Measurement, type MeasurementCounts } from '../rollout/background.ts';
import type { GateThresholds } from '../rollout/gates.ts';
import type { ExperimentSettings } from './settings.ts';

/** What was seen of one side; undefined: the metrics store knows nothing, which is never zero. */
export interface SideEvidence {
  readonly requests: number | undefined;
  readonly errorRate: number | undefined;
  readonly p95Ms: number | undefined;
  readonly contexts: number | undefined;
}

/** Since the experiment has all its pods. */
export interface ExperimentCounts extends MeasurementCounts {
  readonly successful: number;
}

export const noExperimentCounts: ExperimentCounts = {
  ...noMeasurements,
  successful: 0,
};

/**
 * The candidate against its limits and against the baseline: bad is what the candidate alone is. Where both are bad
 * the requests or the fab are, and nothing is known of the candidate.
 */
export function measureExperiment(
  baseline: SideEvidence,
  candidate: SideEvidence,
  { thresholds, leastRequests }: Pick<ExperimentSettings, 'thresholds' | 'leastRequests'>,
): Measurement {
  const sides = [baseline, candidate];
  if (sides.some(({ requests }) => requests === undefined)) return 'error';
  if (sides.some(({ requests = 0 }) => requests < leastRequests)) return 'too-few';
  if (sides.some(({ errorRate, p95Ms }) => errorRate === undefined || p95Ms === undefined)) return 'error';
  if (isBad(candidate, thresholds)) return isBad(baseline, thresholds) ? 'inconclusive' : 'failed';
  return isGood(candidate, thresholds) ? 'successful' : 'inconclusive';
}

function isBad({ errorRate = 0, p95Ms = 0 }: SideEvidence, limits: GateThresholds): boolean {
  return errorRate > limits.failureErrorRate || p95Ms > limits.failureP95Ms;
}

function isGood({ errorRate = 0, p95Ms = 0 }: SideEvidence, limits: GateThresholds): boolean {
  return errorRate < limits.successErrorRate && p95Ms < limits.successP95Ms;
}

export function countedMeasurement(counts: ExperimentCounts, measurement: Measurement): ExperimentCounts {
  const { successful } = counts;
  return {
    ...counted(counts, measurement),
    successful: measurement === 'successful' ? successful + 1 : successful,
  };
}

export interface ExperimentVerdict {
  readonly phase: 'Successful' | 'Failed' | 'Inconclusive';
  readonly reason: string;
}

/** What the measurements call for now; undefined: that it goes on. `whole` is what both sides had since the beginning. */
export function judgeExperiment(
  counts: ExperimentCounts,
  settings: ExperimentSettings,
  isOver: boolean,
  whole: readonly SideEvidence[],
): ExperimentVerdict | undefined {
  const { failed, inconclusive, consecutiveErrors, successful } = counts;
  if (failed > settings.failureLimit) {
    return { phase: 'Failed', reason: `experiment: ${failed} measurements failed` };
  }
  if (inconclusive > settings.inconclusiveLimit) {
    return { phase: 'Inconclusive', reason: `experiment: ${inconclusive} measurements say nothing` };
  }
  if (consecutiveErrors > settings.consecutiveErrorLimit) {
    return { phase: 'Inconclusive', reason: `experiment: no answer ${consecutiveErrors} times` };
  }
  if (!isOver) return undefined;
  const { requests, contexts } = settings.requirement;
  const enough = whole.every((side) => (side.requests ?? 0) >= requests && (side.contexts ?? 0) >= contexts);
  if (!enough) return { phase: 'Inconclusive', reason: 'experiment: too few requests or contexts' };
  return successful > 0
    ? { phase: 'Successful', reason: `experiment: ${successful} measurements succeeded` }
    : { phase: 'Inconclusive', reason: 'experiment: nothing was measured' };
}
