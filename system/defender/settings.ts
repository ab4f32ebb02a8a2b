import { defaultStrategies } from '../charts/strategies/defence.ts';
import type { Strategy } from '../charts/strategies/strategy.ts';
import type { Colour } from '../ports/colour.ts';
import type { UnitKind } from '../ports/completion.ts';
import { MapHistoryCache } from './cache/history-cache.ts';
import type { CreateHistoryCache } from './cache/history-cache.ts';
import { correctPolicies } from './policies.ts';
import type { DefenderPolicies, RebalanceWindows } from './policies.ts';
import { learnLimits } from './processing/limits.ts';
import type { LearnLimits } from './processing/limits.ts';
import type { FabTool } from './units.ts';

/** Typical cost of computing, in milliseconds of work; what the stores take is their own (delivery R168–R176). */
export interface StageCosts {
  readonly cacheHitMs: number;
  readonly calculateMs: number;
  readonly evaluateMs: number;
  readonly cacheUpdateMs: number;
}

/** Leadership by the Election Agent (delivery R20, C5; defender §2). */
export interface AgentLeadership {
  readonly kind: 'agent';
  /** Its service and port. */
  readonly target: string;
  readonly ttlMs: number;
  readonly renewMs: number;
  /** By how much earlier than the agent a leader takes its lease to be over. */
  readonly clockMarginMs: number;
  readonly callTimeoutMs: number;
}

export type Leadership = { readonly kind: 'key-value' } | AgentLeadership;

export interface DefenderSettings {
  readonly colour: Colour;
  readonly natsUrl: string;
  /** Name the NATS cluster must announce; another one ends the process with code 78 (delivery F59). Undefined: not checked. */
  readonly expectedClusterName: string | undefined;
  /** Suffix of the buckets' names, for both roles on one NATS cluster; empty otherwise. */
  readonly bucketSuffix: string;
  readonly unitKind: UnitKind;
  /** The fab's inventory. A leader assigns all of it. */
  readonly tools: readonly FabTool[];

  readonly poolSize: number;
  readonly claimTtlMs: number;
  /** Heartbeat, renewal of the claim and of leadership, topology check: all in one beat. */
  readonly heartbeatMs: number;
  readonly deadAfterMs: number;
  /** A candidate takes the lock after seeing it unchanged for this long; a leader that could not renew for this long gives up. */
  readonly leaderDeadAfterMs: number;
  readonly leadership: Leadership;
  readonly standbyHoldOffMs: number;
  readonly standbyPollMs: number;
  /** A leaver with nothing to drain still leaves a standby this long to reserve its id. */
  readonly reservationWaitMs: number;
  readonly recoveryGraceMs: number;
  readonly windows: RebalanceWindows;
  readonly rebalanceFloorMs: number;
  /** With the members unchanged, a map is published only if it lowers the fullest member's load by this share of the mean. */
  readonly minimumGain: number;
  /** A map that named at least this many members, of which fewer than `restartAlive` live, means a restart (defender §3). */
  readonly restartMembers: number;
  readonly restartAlive: number;
  /** How often a member reads the map anew, because a watch can stop in silence (defender §7). */
  readonly mapReadMs: number;

  readonly virtualNodes: number;
  readonly capRatio: number;
  readonly floorRatio: number;

  /** A durable for each unit, or one for each member whose filters follow the map (defender §5). */
  readonly consumerModel: 'durable-per-unit' | 'filtered-durable';
  /** Whether a filtered durable is made anew for subjects that come to it, or edited: then what waits there is passed over. */
  readonly filterChange: 'renew' | 'edit';
  readonly ackWaitMs: number;
  readonly maxConcurrent: number;
  readonly pullExpiresMs: number;
  /** Durables a member creates at the same time. */
  readonly bindConcurrency: number;
  readonly maxFailures: number;
  readonly maxDeliveries: number;

  readonly natsTimeoutMs: number;
  readonly cqlTimeoutMs: number;
  readonly retryMinMs: number;
  readonly retryMaxMs: number;

  readonly stageCosts: StageCosts;
  /** Earlier contexts a judgement looks at; no strategy looks further back than 20. */
  readonly historyLength: number;
  readonly cacheLimitBytes: number;
  /** In-memory SQLite in the live system (delivery R187), a map in the simulator. */
  readonly createHistoryCache: CreateHistoryCache;
  /** A context processed this long after its end may have later ones already judged, so they are looked for. */
  readonly lateAfterMs: number;
  /** How often contexts that were judged with a gap in their history are looked at again, and for how long. */
  readonly recheckMs: number;
  readonly recheckForMs: number;
  /** The SVID that tells the recipe's step, for statistics by step; undefined where tools report none. */
  readonly stepSvid: number | undefined;
  readonly strategies: readonly Strategy[];
  /** Turns a recipe's qualified charts into limits; a world with many Defenders may pass one that remembers. */
  readonly learnLimits: LearnLimits;

  /** In-flight work may take this long after SIGTERM (delivery C29), the whole shutdown `graceMs`. */
  readonly drainMs: number;
  readonly graceMs: number;
  readonly policies: DefenderPolicies;
}

/** Leases of 10 s, renewed every 5 s (defender §2). */
export function agentLeadership(target: string): AgentLeadership {
  return { kind: 'agent', target, ttlMs: 10_000, renewMs: 5_000, clockMarginMs: 500, callTimeoutMs: 1_500 };
}

/** What is right for production, unless a number in PRODUCT or defender.md is changed on purpose. */
export function defaultDefenderSettings(
  colour: Colour,
  natsUrl: string,
  tools: readonly FabTool[],
): DefenderSettings {
  return {
    colour,
    natsUrl,
    expectedClusterName: undefined,
    bucketSuffix: '',
    unitKind: 'tool',
    tools,
    poolSize: 200,
    claimTtlMs: 30_000,
    heartbeatMs: 2_000,
    deadAfterMs: 6_000,
    leaderDeadAfterMs: 6_000,
    leadership: { kind: 'key-value' },
    standbyHoldOffMs: 15_000,
    standbyPollMs: 1_000,
    reservationWaitMs: 2_500,
    recoveryGraceMs: 30_000,
    windows: { coldStartMs: 30_000, plannedScalingMs: 10_000, crashMs: 0 },
    rebalanceFloorMs: 10_000,
    minimumGain: 0.15,
    restartMembers: 10,
    restartAlive: 5,
    mapReadMs: 10_000,
    virtualNodes: 160,
    capRatio: 1.2,
    floorRatio: 0.8,
    consumerModel: 'durable-per-unit',
    filterChange: 'renew',
    ackWaitMs: 30_000,
    maxConcurrent: 10,
    pullExpiresMs: 5_000,
    bindConcurrency: 4,
    maxFailures: 5,
    maxDeliveries: 20,
    natsTimeoutMs: 5_000,
    cqlTimeoutMs: 2_000,
    retryMinMs: 100,
    retryMaxMs: 5_000,
    stageCosts: { cacheHitMs: 10, calculateMs: 200, evaluateMs: 100, cacheUpdateMs: 20 },
    historyLength: 20,
    cacheLimitBytes: 100_000_000,
    createHistoryCache: (limitBytes) => new MapHistoryCache(limitBytes),
    lateAfterMs: 60_000,
    recheckMs: 60_000,
    recheckForMs: 3_600_000,
    stepSvid: undefined,
    strategies: defaultStrategies,
    learnLimits,
    drainMs: 18_000,
    graceMs: 30_000,
    policies: correctPolicies,
  };
}
