import type { GateThresholds } from '../rollout/gates.ts';
import type { judgeExperiment } from './judgement.ts';

/** The least that both sides must have had before the experiment can be successful. */
export interface ExperimentEvidenceRequirement {
  readonly requests: number;
  readonly contexts: number;
}

/** Rules of the experiment that a planted bug may replace. */
export interface ExperimentPolicies {
  readonly judge: typeof judgeExperiment;
  /** Whether a Deployment runs what this experiment wants; otherwise it is emptied first. */
  readonly isOwn: (
    found: { readonly run: string | undefined; readonly image: string },
    wanted: { readonly run: string; readonly image: string },
  ) => boolean;
}

/**
 * An experiment before the first tool comes to the canary (delivery 39, 40): the stable image and the new one beside
 * each other, under copies of the same requests, with nothing of theirs live.
 */
export interface ExperimentSettings {
  /** Replicas of each side. */
  readonly collectors: number;
  readonly defenders: number;
  /** All pods of both sides have to be ready by then, or it has failed. */
  readonly progressDeadlineMs: number;
  /** Counted from when all pods are ready. */
  readonly durationMs: number;
  readonly intervalMs: number;
  /** How far back a measurement looks. */
  readonly windowMs: number;
  /** After a question that the metrics store did not answer: nothing is live, so there is time (delivery 31). */
  readonly errorIntervalMs: number;
  /** More failed measurements than this: Failed. */
  readonly failureLimit: number;
  /** More inconclusive ones than this: Inconclusive. */
  readonly inconclusiveLimit: number;
  /** More errors in a row than this: Inconclusive, since that is no word about the candidate (delivery F27). */
  readonly consecutiveErrorLimit: number;
  readonly requirement: ExperimentEvidenceRequirement;
  readonly thresholds: GateThresholds;
  /** Requests of a side without which a measurement says nothing. */
  readonly leastRequests: number;
  readonly policies: ExperimentPolicies;
}
