import type { Colour } from '../ports/colour.ts';
import type { UnitKind } from '../ports/completion.ts';
import { defaultEpochGuardSettings, type EpochGuardSettings } from './epoch-guard.ts';
import { correctCollectorPolicies } from './policies.ts';
import type { CollectorPolicies } from './policies.ts';

export interface CollectorSettings {
  readonly colour: Colour;
  readonly natsUrl: string;
  /** Name the NATS cluster must announce; another one ends the process with code 78 (delivery F59). Undefined: not checked. */
  readonly expectedClusterName: string | undefined;
  readonly port: number;
  readonly unitKind: UnitKind;

  /** Calls being worked on at most; the next one gets RESOURCE_EXHAUSTED. */
  readonly maxInFlight: number;
  /** Bytes that the calls being worked on may hold at most, as estimated from their size. */
  readonly maxInFlightBytes: number;
  /** What RESOURCE_EXHAUSTED and UNAVAILABLE ask a tool to wait at least, in milliseconds. */
  readonly retryPushbackMs: number;
  readonly maxMetrics: number;
  /** Points of one request at most, over all its metrics. */
  readonly maxPoints: number;
  /** Requests of one context at most. */
  readonly maxRequestCount: number;

  /** A tool's clock may go before the collector's by this much; more is stored as it is, flagged and counted. */
  readonly clockToleranceMs: number;

  /** Longest wait for one attempt; the deadline of the call bounds it further. */
  readonly writeTimeoutMs: number;
  readonly readTimeoutMs: number;
  readonly publishTimeoutMs: number;
  readonly connectTimeoutMs: number;
  /** Kept of the caller's deadline, so that it hears the collector's own word. */
  readonly deadlineMarginMs: number;
  /** Back-off between attempts: from the first to the second number, doubling, jittered. */
  readonly retryMinMs: number;
  readonly retryMaxMs: number;
  /** Typical cost of merging and packing one context, in milliseconds of work. */
  readonly packMs: number;

  /** After SIGTERM it goes on serving for this long: gateways learn only then that it leaves (delivery 72). */
  readonly lameDuckMs: number;
  /** The whole shutdown, the platform's grace (30 s) less a margin. */
  readonly graceMs: number;
  /** Refuses requests routed by a list older than a rollback; undefined: whatever a gateway sends is taken. */
  readonly epochGuard: EpochGuardSettings | undefined;
  readonly policies: CollectorPolicies;
}

/** What is right for production, unless a number in PRODUCT is changed on purpose. */
export function defaultCollectorSettings(colour: Colour, natsUrl: string): CollectorSettings {
  return {
    colour,
    natsUrl,
    expectedClusterName: undefined,
    port: 9000,
    unitKind: 'tool',
    maxInFlight: 512,
    maxInFlightBytes: 64 * 1024 * 1024,
    retryPushbackMs: 1_000,
    maxMetrics: 4_096,
    maxPoints: 65_536,
    maxRequestCount: 10_000,
    clockToleranceMs: 300_000,
    writeTimeoutMs: 2_500,
    readTimeoutMs: 5_500,
    publishTimeoutMs: 5_000,
    connectTimeoutMs: 5_000,
    deadlineMarginMs: 20,
    retryMinMs: 50,
    retryMaxMs: 1_000,
    packMs: 5,
    lameDuckMs: 5_000,
    graceMs: 28_000,
    epochGuard: defaultEpochGuardSettings,
    policies: correctCollectorPolicies,
  };
}
