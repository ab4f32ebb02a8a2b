import type { GateDecision } from '../../ports/system-event.ts';

/** Limits by C18: success below, failure above, the band between them with both its ends a warning. */
export interface GateThresholds {
  readonly successErrorRate: number;
  readonly failureErrorRate: number;
  readonly successP95Ms: number;
  readonly failureP95Ms: number;
}

/** Delivery R112–R114. */
const defaultGateThresholds: GateThresholds = {
  successErrorRate: 0.01,
  failureErrorRate: 0.05,
  successP95Ms: 500,
  failureP95Ms: 1000,
};

export type Approval = 'approved' | 'rejected' | 'pending' | 'unknown';

/** What was seen in the window; undefined: the metrics store knows nothing, which is never zero (delivery 87–92). */
export interface GateEvidence {
  readonly requests: number | undefined;
  readonly errorRate: number | undefined;
  readonly p95Ms: number | undefined;
  readonly contexts: number | undefined;
  /** Tools of a counted stage without a completed context. */
  readonly toolsWithoutContext: readonly string[];
  /** `unknown`: Management gave no answer, which is no rejection (delivery F40). */
  readonly approval: Approval;
}

/** The least that a window must hold before it may pass (delivery F29, invariant I6). */
export interface EvidenceRequirement {
  readonly requests: number;
  readonly contexts: number;
  /** Also one completed context of each tool. */
  readonly everyTool: boolean;
}

export interface GateSettings {
  readonly thresholds: GateThresholds;
  readonly requirement: EvidenceRequirement;
  /** Of a first stage with at most `countedTools` tools; it needs as many contexts as it has tools, one of each. */
  readonly firstRequests: number;
  readonly countedTools: number;
  /** A stage lasts this many times its length at most, to gather evidence. */
  readonly maxExtension: number;
  /** Requests without which not even a failure is believed. */
  readonly failureRequests: number;
  /** Twice the scrape interval: by so much of a window `increase` may extrapolate; it does not count as evidence. */
  readonly extrapolationMs: number;
  /**
   * By so much the clock of the metrics store may be set within a stage: what it may have shifted into the window does
   * not count (delivery F39). 0: its clock is trusted.
   */
  readonly storeClockErrorMs: number;
  /** The evidence of a long stage is that of its last part: the metrics store keeps little more (45 min). */
  readonly maxWindowMs: number;
}

export const defaultGateSettings: GateSettings = {
  thresholds: defaultGateThresholds,
  requirement: { requests: 300, contexts: 20, everyTool: false },
  firstRequests: 30,
  countedTools: 5,
  maxExtension: 3,
  failureRequests: 30,
  extrapolationMs: 30_000,
  storeClockErrorMs: 0,
  maxWindowMs: 40 * 60_000,
};

export interface GateQuestion {
  readonly evidence: GateEvidence;
  readonly requirement: EvidenceRequirement;
  readonly elapsedMs: number;
  readonly durationMs: number;
  readonly settings: GateSettings;
}

export interface GateVerdict {
  readonly decision: GateDecision;
  readonly reason: string;
}

/** Which evidence a stage needs. */
export function requirementOf(stage: number, tools: number, settings: GateSettings): EvidenceRequirement {
  return stage === 0 && tools <= settings.countedTools
    ? { requests: settings.firstRequests, contexts: tools, everyTool: true }
    : settings.requirement;
}

/** What speaks for failure already now, whatever else is missing; undefined: nothing (delivery R114). */
export function failureOf(evidence: GateEvidence, settings: GateSettings): string | undefined {
  if (evidence.approval === 'rejected') return 'Management rejected the stage';
  if ((evidence.requests ?? 0) < settings.failureRequests) return undefined;
  const { failureErrorRate, failureP95Ms } = settings.thresholds;
  if (evidence.errorRate !== undefined && evidence.errorRate > failureErrorRate) {
    return `error rate ${percent(evidence.errorRate)} above ${percent(failureErrorRate)}`;
  }
  if (evidence.p95Ms !== undefined && evidence.p95Ms > failureP95Ms) {
    return `p95 ${Math.round(evidence.p95Ms)} ms above ${failureP95Ms} ms`;
  }
  return undefined;
}

/** What the evidence lacks; undefined: it is enough. */
function lackOf(evidence: GateEvidence, requirement: EvidenceRequirement): string | undefined {
  const { requests, errorRate, p95Ms, contexts, toolsWithoutContext, approval } = evidence;
  if (requests === undefined || requests < requirement.requests) {
    return `${describe(requests)} requests of ${requirement.requests}`;
  }
  if (errorRate === undefined) return 'no error rate';
  if (p95Ms === undefined) return 'no p95';
  if (contexts === undefined || contexts < requirement.contexts) {
    return `${describe(contexts)} completed contexts of ${requirement.contexts}`;
  }
  if (requirement.everyTool && toolsWithoutContext.length > 0) {
    return `no completed context of ${toolsWithoutContext.join(', ')}`;
  }
  if (approval === 'pending' || approval === 'unknown') return `approval ${approval}`;
  return undefined;
}

/**
 * The decision at the end of a stage: failure first, then the evidence (extended to `maxExtension` lengths, after that
 * inconclusive), then success or the warning band. It never passes without evidence and approval.
 */
export function decideGate(question: GateQuestion): GateVerdict {
  const { evidence, requirement, elapsedMs, durationMs, settings } = question;
  const failure = failureOf(evidence, settings);
  if (failure !== undefined) return { decision: 'fail', reason: failure };
  const lack = lackOf(evidence, requirement);
  if (lack !== undefined) {
    return elapsedMs < durationMs * settings.maxExtension
      ? { decision: 'extend', reason: lack }
      : { decision: 'inconclusive', reason: lack };
  }
  const { successErrorRate, successP95Ms } = settings.thresholds;
  const errorRate = evidence.errorRate ?? 1;
  const p95Ms = evidence.p95Ms ?? Number.POSITIVE_INFINITY;
  if (errorRate < successErrorRate && p95Ms < successP95Ms) {
    return { decision: 'pass', reason: `errors ${percent(errorRate)}, p95 ${Math.round(p95Ms)} ms` };
  }
  return {
    decision: 'warn',
    reason: `errors ${percent(errorRate)}, p95 ${Math.round(p95Ms)} ms: in the warning band`,
  };
}

function percent(share: number): string {
  return `${(share * 100).toFixed(2)} %`;
}

function describe(count: number | undefined): string {
  return count === undefined ? 'no' : String(Math.floor(count));
}
