import { assign } from './assignment/assign.ts';
import type { Assignment, AssignmentInput } from './assignment/assign.ts';
import type { AssignmentMap } from './assignment/assignment-map.ts';
import type { RebalanceReason } from '../ports/system-event.ts';
import { isComplete } from './processing/history.ts';
import type { History, HistoryPlace } from './processing/history.ts';

/** What the leader knows of a member that it may declare dead. */
export interface SilenceEvidence {
  /** Since the leader saw its heartbeat change, by the leader's monotonic clock, outages of its own not counted. */
  readonly silentMs: number;
  readonly deadAfterMs: number;
  /** What the last heartbeat says of the member's own wall clock, and the leader's wall clock: not to be compared. */
  readonly heartbeatWallMs: number;
  readonly leaderWallMs: number;
}

/**
 * The decisions of a Defender that can be taken wrongly, each in one place. `correctPolicies` is what tFDC does; a
 * planted bug replaces one of them from outside `system/`.
 */
export interface DefenderPolicies {
  /** When a completion is acknowledged: only after its result is durable (delivery R32, cassandra-and-live P7). */
  readonly acknowledge: 'after-store' | 'before-store';
  /** How the right to raise an alarm is taken: by a light-weight transaction (cassandra-and-live P4). */
  readonly alarmClaim: 'if-not-exists' | 'unconditional';
  /** A T-chart with missing blobs or chunks must not be computed from. */
  readonly completeness: 'verified' | 'ignored';
  /** One completion at a time and in order per unit (defender §5). */
  readonly unitOrder: 'serial' | 'concurrent';
  /** How a claim that is not one's own is taken over (defender §2). */
  readonly takeOver: 'compare-and-set' | 'overwrite';
  /** A pod that leaves hands its id on, so that a rolling update moves nothing (defender §6). */
  readonly handOver: 'marks' | 'none';
  /** A leader that could not renew its lock in time must stop believing that it leads (defender §2). */
  readonly fencing: 'by-term' | 'none';
  /** A leader by the Election Agent that cannot reach NATS leads nobody: it must give its lease back (delivery C5). */
  readonly leaderWithoutNats: 'resigns' | 'stays';
  /** A Defender without NATS keeps its last assignment for ever (defender §1). */
  readonly assignmentWhenDegraded: 'kept' | 'let-go';
  /** A Defender that ends follows no more maps: what it took up now nobody would drain (defender §7). */
  readonly mapWhileEnding: 'ignored' | 'followed';
  /** Whether a read of the heartbeats is evidence: it must show the leader's own last beat (defender §1 "fresh reads"). */
  readonly isFreshRead: (shownRevision: number | undefined, writtenRevision: number) => boolean;
  readonly deadVerdict: (evidence: SilenceEvidence) => boolean;
  readonly windowMs: (reason: RebalanceReason, windows: RebalanceWindows) => number;
  readonly assign: (input: AssignmentInput) => Assignment;
  /** Whether a member follows a map, given the last one it followed. */
  readonly acceptMap: (candidate: AssignmentMap, current: AssignmentMap | undefined) => boolean;
  /** Write timestamp of a result: a function of the context alone (cassandra-and-live P2). `version` 0…999. */
  readonly resultTimestampUs: (endUs: number, version: number, wallUs: number) => number;
  /** What a history is kept under: the unit and the recipe. */
  readonly cacheKey: (unit: string, recipe: string) => string;
  /** Whether a cached history may be judged by: only where it has no gap, as the unit may have been elsewhere meanwhile. */
  readonly isCacheUsable: (cached: History, place: HistoryPlace, historyLength: number) => boolean;
}

/** How long the leader gathers changes before it computes a map, by what set it off (PRODUCT, windows). */
export interface RebalanceWindows {
  readonly coldStartMs: number;
  readonly plannedScalingMs: number;
  readonly crashMs: number;
}

export function correctWindowMs(reason: RebalanceReason, windows: RebalanceWindows): number {
  switch (reason) {
    case 'cold-start':
    case 'restart':
      return windows.coldStartMs;
    case 'scaling':
      return windows.plannedScalingMs;
    case 'crash':
      return windows.crashMs;
  }
}

/** Terms never go back, and within a term neither do versions (defender §2, §7 "an older map from a stale replica"). */
export function correctAcceptMap(candidate: AssignmentMap, current: AssignmentMap | undefined): boolean {
  if (current === undefined || candidate.term > current.term) return true;
  return candidate.term === current.term && candidate.version > current.version;
}

export const correctPolicies: DefenderPolicies = {
  acknowledge: 'after-store',
  alarmClaim: 'if-not-exists',
  completeness: 'verified',
  unitOrder: 'serial',
  takeOver: 'compare-and-set',
  handOver: 'marks',
  fencing: 'by-term',
  leaderWithoutNats: 'resigns',
  assignmentWhenDegraded: 'kept',
  mapWhileEnding: 'ignored',
  isFreshRead: (shownRevision, writtenRevision) =>
    shownRevision !== undefined && writtenRevision > 0 && shownRevision >= writtenRevision,
  deadVerdict: ({ silentMs, deadAfterMs }) => silentMs >= deadAfterMs,
  windowMs: correctWindowMs,
  assign,
  acceptMap: correctAcceptMap,
  resultTimestampUs: (endUs, version) => Math.floor(endUs / 1000) * 1000 + version,
  cacheKey: (unit, recipe) => `${unit}\n${recipe}`,
  isCacheUsable: isComplete,
};
