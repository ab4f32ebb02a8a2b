import type { Colour } from './colour.ts';
import type { VariantEvent } from './variant-event.ts';

/**
 * What the system says of itself, as data; invariants are folds over these (and over what the world adds). Times are
 * stamped by whoever records the event. `contextId` is `<tool>/<sequence>`; `tool` is the tool id; `colour` says on
 * which side it happened.
 */
export type SystemEvent = CollectorEvent | DefenderEvent | RoutingEvent | VariantEvent;

export type CollectorEvent =
  /** A request's points are durable; the answer follows. */
  | {
      readonly kind: 'request.stored';
      readonly colour: Colour;
      readonly tool: string;
      readonly contextId: string;
      readonly requestSequence: number;
      readonly points: number;
    }
  /** The context's chunks were packed into blobs and stored. */
  | {
      readonly kind: 'tchart.stored';
      readonly colour: Colour;
      readonly contextId: string;
      readonly blobs: number;
      readonly bytes: number;
      readonly points: number;
    }
  /** U-charts were copied to the offline store, durably, before they expire (delivery R207). */
  | {
      readonly kind: 'archive.stored';
      readonly unit: string;
      readonly recipe: string;
      readonly month: number;
      readonly rows: number;
    }
  /** A partition could not be copied; the next pass tries again. */
  | {
      readonly kind: 'archive.failed';
      readonly unit: string;
      readonly recipe: string;
      readonly month: number;
      readonly reason: string;
    }
  /** Packing failed; the completion is published all the same and the chunks stay. */
  | {
      readonly kind: 'tchart.failed';
      readonly colour: Colour;
      readonly contextId: string;
      readonly reason: string;
    }
  | {
      readonly kind: 'completion.published';
      readonly colour: Colour;
      readonly tool: string;
      readonly contextId: string;
      readonly streamSequence: number;
      readonly duplicate: boolean;
    };

export type DefenderState =
  | 'init'
  | 'claiming-id'
  | 'standby'
  | 'election'
  | 'waiting-assignment'
  | 'stable'
  | 'scaling'
  | 'rebalancing'
  | 'emergency'
  | 'degraded'
  | 'shutdown';

/** Why a map was computed. */
export type RebalanceReason = 'cold-start' | 'restart' | 'scaling' | 'crash';

export type ProcessingStage = 'fetch' | 'history' | 'calculate' | 'evaluate' | 'store' | 'cache';

/** What a map holds, and what it changes against the one before it. */
export interface AssignmentChange {
  readonly colour: Colour;
  readonly version: number;
  readonly term: number;
  readonly reason: RebalanceReason;
  readonly members: number;
  readonly joined: readonly string[];
  readonly left: readonly string[];
  readonly units: number;
  /** Units whose owner changed, those of members that left included. */
  readonly moved: number;
  /** Moved units whose new owner joined with this map. */
  readonly movedToJoined: number;
  /** Moved units whose old owner left with this map. */
  readonly movedFromLeft: number;
  /** Largest and smallest load over the mean load. */
  readonly loadMaxRatio: number;
  readonly loadMinRatio: number;
  /** The bound could not be kept because single units are too heavy (defender §4). */
  readonly boundRelaxed: boolean;
}

export type DefenderEvent =
  | {
      readonly kind: 'defender.state';
      readonly colour: Colour;
      readonly pod: string;
      readonly defenderId: string;
      readonly from: DefenderState;
      readonly to: DefenderState;
    }
  /** `inherited`: taken over from a pod that left (defender §6), so the member set did not change. */
  | {
      readonly kind: 'identity.claimed';
      readonly colour: Colour;
      readonly pod: string;
      readonly defenderId: string;
      readonly inherited: boolean;
    }
  /** A standby marked a draining claim as its own to take over (defender §6). */
  | {
      readonly kind: 'identity.reserved';
      readonly colour: Colour;
      readonly pod: string;
      readonly defenderId: string;
    }
  | {
      readonly kind: 'identity.released';
      readonly colour: Colour;
      readonly pod: string;
      readonly defenderId: string;
      readonly how: 'planned' | 'handed-over' | 'lost';
    }
  | {
      readonly kind: 'leader.elected';
      readonly colour: Colour;
      readonly pod: string;
      readonly defenderId: string;
      readonly term: number;
    }
  | {
      readonly kind: 'leader.lost';
      readonly colour: Colour;
      readonly pod: string;
      readonly defenderId: string;
      readonly term: number;
      readonly reason: string;
    }
  /** The leader missed a heartbeat of a member for the first time since it last heard of it. */
  | {
      readonly kind: 'member.silent';
      readonly colour: Colour;
      readonly defenderId: string;
      readonly silentMs: number;
    }
  /** The leader declared a member dead (silent for 6 s), as opposed to one that left by plan. */
  | {
      readonly kind: 'member.dead';
      readonly colour: Colour;
      readonly defenderId: string;
      readonly silentMs: number;
    }
  /** A map is computed and its write on the way: nobody has seen it, and whether it will be stored is open. */
  | ({ readonly kind: 'assignment.computed'; readonly pod: string } & AssignmentChange)
  /** The leader learnt that its map is stored. One that dies before leaves a map that others follow all the same. */
  | ({ readonly kind: 'assignment.published' } & AssignmentChange)
  | {
      readonly kind: 'assignment.applied';
      readonly colour: Colour;
      readonly pod: string;
      readonly defenderId: string;
      readonly version: number;
      readonly term: number;
      readonly units: number;
      /** The units by name: from now on exactly these are this Defender's. */
      readonly owned: readonly string[];
    }
  /** V1: the partitions that a member of the consumer group holds from now on, by its own belief. */
  | {
      readonly kind: 'partitions.held';
      readonly colour: Colour;
      readonly pod: string;
      readonly generationId: number;
      readonly partitions: readonly number[];
    }
  /** The durable of a unit is bound to this Defender, which pulls from now on. */
  | {
      readonly kind: 'unit.bound';
      readonly colour: Colour;
      readonly pod: string;
      readonly defenderId: string;
      readonly unit: string;
    }
  | {
      readonly kind: 'completion.delivered';
      readonly colour: Colour;
      readonly pod: string;
      readonly defenderId: string;
      readonly tool: string;
      /** What owns its subject: the tool, or a chamber of it. */
      readonly unit: string;
      readonly contextId: string;
      readonly streamSequence: number;
      readonly deliveryCount: number;
    }
  | {
      readonly kind: 'processing.stage';
      readonly colour: Colour;
      readonly contextId: string;
      readonly stage: ProcessingStage;
      readonly durationMs: number;
    }
  | { readonly kind: 'cache.lookup'; readonly colour: Colour; readonly pod: string; readonly hit: boolean }
  /** The U-chart is durable. `digest` is over the exact statistics; `points` counts what it was computed from. */
  | {
      readonly kind: 'uchart.stored';
      readonly colour: Colour;
      readonly pod: string;
      readonly tool: string;
      /** What owns its subject: the tool, or a chamber of it. */
      readonly unit: string;
      readonly contextId: string;
      readonly digest: number;
      readonly points: number;
    }
  /** A judgement. `provisional`: an earlier context was still missing; `rejudged`: done again after it arrived. */
  | {
      readonly kind: 'alarm.judged';
      readonly colour: Colour;
      readonly tool: string;
      readonly contextId: string;
      readonly alarm: boolean;
      readonly score: number;
      readonly startup: boolean;
      readonly provisional: boolean;
      readonly rejudged: boolean;
      readonly strategies: readonly string[];
    }
  /** An alarm reached the receiver. `effective`: this one took effect; otherwise the receiver had it already. */
  | {
      readonly kind: 'alarm.raised';
      readonly colour: Colour;
      readonly tool: string;
      readonly contextId: string;
      readonly effective: boolean;
    }
  | {
      readonly kind: 'processing.failed';
      readonly colour: Colour;
      readonly pod: string;
      readonly contextId: string;
      readonly stage: ProcessingStage;
      readonly reason: string;
      readonly attempt: number;
    }
  /** Delivery to ack. */
  | {
      readonly kind: 'completion.acknowledged';
      readonly colour: Colour;
      readonly pod: string;
      readonly tool: string;
      readonly contextId: string;
      readonly streamSequence: number;
      readonly durationMs: number;
    }
  /** Given up after repeated failures: kept in the dead-letter stream for people to look at, then acknowledged (defender §5). */
  | {
      readonly kind: 'completion.dead-lettered';
      readonly colour: Colour;
      readonly pod: string;
      readonly tool: string;
      /** What owns its subject: the tool, or a chamber of it. */
      readonly unit: string;
      readonly contextId: string;
      readonly streamSequence: number;
      readonly reason: string;
    }
  /** SIGTERM: nothing new is taken, and this much is still in work. */
  | {
      readonly kind: 'drain.started';
      readonly colour: Colour;
      readonly pod: string;
      readonly defenderId: string;
      readonly inFlight: number;
    }
  | {
      readonly kind: 'shutdown.step';
      readonly colour: Colour;
      readonly pod: string;
      readonly step:
        'stop-accepting' | 'drained' | 'unsubscribed' | 'id-released' | 'leadership-released' | 'exit';
    };

export type RoutingAction = 'expand_canary' | 'reduce_canary' | 'rollback' | 'promote' | 'reset';

/** Level of a rollback (delivery R88–R92). */
export type RollbackLevel = 'L1' | 'L2' | 'L3';

export type GateDecision = 'pass' | 'fail' | 'warn' | 'extend' | 'inconclusive';

export type RoutingEvent =
  /** The list changed, durably. `epoch` is its revision. */
  | {
      readonly kind: 'routing.changed';
      readonly epoch: number;
      readonly action: RoutingAction;
      readonly canaryTools: readonly string[];
      readonly stableColour: Colour;
      readonly canaryColour: Colour;
    }
  | { readonly kind: 'routing.applied'; readonly gateway: string; readonly epoch: number }
  /** A gateway sent a request on. */
  | {
      readonly kind: 'request.routed';
      readonly gateway: string;
      readonly tool: string;
      readonly colour: Colour;
      readonly epoch: number;
    }
  | {
      readonly kind: 'routing.stale';
      readonly gateway: string;
      readonly epoch: number;
      readonly ageMs: number;
    }
  | {
      readonly kind: 'rollout.started';
      readonly image: string;
      readonly stableColour: Colour;
      readonly canaryColour: Colour;
    }
  | {
      readonly kind: 'rollout.stage';
      readonly stage: number;
      readonly name: string;
      readonly tools: number;
      readonly state: 'entered' | 'extended' | 'paused' | 'passed';
    }
  | {
      readonly kind: 'gate.decided';
      readonly stage: number;
      readonly decision: GateDecision;
      readonly requests: number;
      readonly contexts: number;
      readonly errorRate: number;
      readonly p95Ms: number;
      readonly approved: boolean;
      readonly reason: string;
    }
  /** The background analysis looked at the canary; the counts are those with this measurement. */
  | {
      readonly kind: 'analysis.measured';
      readonly stage: number;
      readonly measurement: 'successful' | 'failed' | 'inconclusive' | 'error' | 'too-few';
      readonly requests: number;
      readonly errorRate: number;
      readonly p95Ms: number;
      readonly failed: number;
      readonly inconclusive: number;
      readonly consecutiveErrors: number;
    }
  /** Pods of both images are asked for, none of them live (delivery 39). */
  | { readonly kind: 'experiment.started'; readonly image: string; readonly baselineImage: string }
  /** One look at both sides; the counts are those with this measurement. */
  | {
      readonly kind: 'experiment.measured';
      readonly measurement: 'successful' | 'failed' | 'inconclusive' | 'error' | 'too-few';
      readonly requests: number;
      readonly errorRate: number;
      readonly p95Ms: number;
      readonly baselineErrorRate: number;
      readonly baselineP95Ms: number;
      readonly failed: number;
      readonly inconclusive: number;
    }
  /** The verdict; requests and contexts are those of the side that had fewer, where it came to its end. */
  | {
      readonly kind: 'experiment.ended';
      readonly outcome: 'Successful' | 'Failed' | 'Inconclusive' | 'Terminated';
      readonly image: string;
      readonly requests: number;
      readonly contexts: number;
      readonly reason: string;
    }
  | {
      readonly kind: 'rollback.started';
      readonly level: RollbackLevel;
      readonly reason: string;
      readonly epoch: number;
      readonly tools: readonly string[];
    }
  /** `missingGateways` have not confirmed the list: the rollback is incomplete there. */
  | {
      readonly kind: 'rollback.completed';
      readonly level: RollbackLevel;
      readonly epoch: number;
      readonly missingGateways: readonly string[];
    }
  | { readonly kind: 'rollout.promoted'; readonly stableColour: Colour; readonly epoch: number }
  | {
      readonly kind: 'rollout.ended';
      readonly outcome: 'promoted' | 'rolled-back' | 'aborted';
      readonly reason: string;
    };
