const minuteMs = 60_000;

export interface PipelinePolicies {
  /** Whether a flip needs a tested and approved build. */
  readonly needsTests: boolean;
  /** Whether the colour to retire is the recorded one; otherwise it is worked out anew from the route (lint L31, F77). */
  readonly retiresRecorded: boolean;
  /** What an alert query without an answer counts as. */
  readonly unknownAlerts: number | undefined;
  /** Whether a colour under validation is locked against another build (delivery F78). */
  readonly locks: boolean;
  /** Whether an approval that does not come ends the wait. */
  readonly expires: boolean;
  /** Whether secrets that differ between the sides stop a flip (delivery F60). */
  readonly comparesSecrets: boolean;
}

export const correctPipelinePolicies: PipelinePolicies = {
  needsTests: true,
  retiresRecorded: true,
  unknownAlerts: undefined,
  locks: true,
  expires: true,
  comparesSecrets: true,
};

export interface PipelineSettings {
  readonly port: number;
  /** Replicas that serve the whole demand. */
  readonly replicas: number;
  /** Kept of the old side after the go decision (delivery R255, C22). */
  readonly keptReplicas: number;
  readonly readyTimeoutMs: number;
  /** A tested side waits so long for approval, then expires explicitly (delivery R252, C23). */
  readonly approvalTimeoutMs: number;
  /** Long requests on the old side are let end (delivery R259, F83). */
  readonly drainMs: number;
  readonly watchMs: number;
  /** Between flip and go/no-go (delivery R236, R256). */
  readonly soakMs: number;
  /** Errors in the log beyond which nothing is flipped (delivery R232). */
  readonly mostErrors: number;
  readonly tickMs: number;
  readonly policies: PipelinePolicies;
}

/** What the seeds say (delivery R225–R256). */
export const defaultPipelineSettings: PipelineSettings = {
  port: 8095,
  replicas: 2,
  keptReplicas: 1,
  readyTimeoutMs: 10 * minuteMs,
  approvalTimeoutMs: 1440 * minuteMs,
  drainMs: minuteMs / 2,
  watchMs: 5 * minuteMs,
  soakMs: 24 * 60 * minuteMs,
  mostErrors: 10,
  tickMs: 10_000,
  policies: correctPipelinePolicies,
};
