import type { Plan } from '../chaos/plan.ts';
import type { Colour } from '../system/ports/colour.ts';
import type { RebalanceReason } from '../system/ports/system-event.ts';
import type { OwnershipEnd } from './invariants/ownership.ts';
import type { PlannedMoment } from '../chaos/planned-moment.ts';

/** `nondeterministic` is never retried: the same seed gave two fingerprints. */
export type Verdict = 'passed' | 'failed' | 'unknown' | 'nondeterministic';

/** One breach of a rule. Times are virtual microseconds since the start of the run; `event` counts executed events. */
export interface Violation {
  readonly rule: string;
  readonly message: string;
  readonly timeUs: number;
  readonly event: number;
  /** Faults in force then, or shortly before, by their id in the plan. */
  readonly faults: readonly string[];
}

export interface RuleOutcome {
  readonly rule: string;
  readonly title: string;
  readonly kind: 'safety' | 'liveness';
  /** How often the rule was put to the test. Zero: nothing was at risk, and the report says so. */
  readonly checked: number;
  /** The first ones in full; `violationCount` counts all. */
  readonly violations: readonly Violation[];
  readonly violationCount: number;
  /** What a named fault excused, counted by reason (DESIGN, faults and verdicts). */
  readonly excused: Readonly<Record<string, number>>;
}

export interface FaultOutcome {
  readonly id: string;
  readonly kind: string;
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly startMs: number;
  /** Absent for a fault that is one act (a kill). */
  readonly endMs?: number;
  /** The moment of the protocol that it was pinned to; its times are then those that came of it. */
  readonly at?: PlannedMoment;
  /** What was chosen when it began: pods, servers, links. Empty when it was never injected. */
  readonly targets: readonly string[];
  /** Messages, requests or processes it touched. */
  readonly hits: number;
  readonly state: 'planned' | 'injected' | 'ended';
  /** Planned but never injected, or injected but without any effect. */
  readonly vacuous: boolean;
}

/** A named moment of the protocol in one run. */
export interface MomentOutcome {
  readonly moment: string;
  /** How often it was passed. */
  readonly passed: number;
  /** By what the scenario may pin to it: how many faults bit there. */
  readonly hits: Readonly<Record<string, number>>;
  /**
   * Present where the scenario means to hit every cell: those of this moment that cannot be, by column, with the reason.
   * Absent: a cell can be hit where its moment was passed.
   */
  readonly unreachable?: Readonly<Record<string, string>>;
}

/** Something interesting that did (not) happen. */
export interface GoalOutcome {
  readonly goal: string;
  readonly count: number;
  readonly required: boolean;
}

/** A Defender took units, or no longer has them. What a member owns at a time is the sum of its changes until then. */
export interface OwnershipChange {
  readonly timeMs: number;
  readonly colour: Colour;
  readonly pod: string;
  readonly defenderId: string;
  readonly taken: readonly string[];
  readonly given: readonly string[];
  /** Why: another map, an orderly leave, or its end. */
  readonly end: OwnershipEnd;
}

export interface RebalanceOutcome {
  readonly timeMs: number;
  readonly colour: Colour;
  readonly version: number;
  readonly reason: RebalanceReason;
  readonly members: number;
  readonly units: number;
  readonly joined: number;
  readonly left: number;
  readonly moved: number;
  readonly movedToJoined: number;
  readonly movedFromLeft: number;
}

/** What became of the Defenders of one run. */
export interface ClusterOutcome {
  readonly ownership: readonly OwnershipChange[];
  readonly rebalances: readonly RebalanceOutcome[];
  /** How often a unit had no live owner after its first one, and for how long; `open` are those at the end. */
  readonly unowned: {
    readonly times: number;
    readonly open: number;
    readonly p50Ms: number;
    readonly p99Ms: number;
    readonly maxMs: number;
  };
  readonly stages: readonly {
    readonly stage: string;
    readonly p50Ms: number;
    readonly p95Ms: number;
    readonly p99Ms: number;
    readonly maxMs: number;
  }[];
  /** Deliveries of what had been delivered before, by what became of the one before. */
  readonly redeliveries: Readonly<Record<string, number>>;
}

/** How well alarms separated abnormal contexts from normal ones. */
export interface Detection {
  readonly abnormal: number;
  readonly abnormalAlarmed: number;
  readonly normal: number;
  readonly normalAlarmed: number;
  /** Contexts whose statistics were compared with the fault-free computation, and how many differed. */
  readonly compared: number;
  readonly different: number;
  /** Present with `--traces`: per wafer outcomes, in file order. */
  readonly wafers?: readonly {
    readonly wafer: string;
    readonly abnormal: boolean;
    readonly contexts: number;
    readonly alarms: number;
  }[];
}

/** One line of the day's story, for terminal and report. */
export interface Milestone {
  readonly timeUs: number;
  readonly text: string;
  readonly level: 'info' | 'fault' | 'warning' | 'success';
}

export interface RunResult {
  readonly scenario: string;
  /** Unsigned 64 bits as `0x…`. */
  readonly seed: string;
  readonly overrides: Readonly<Record<string, string>>;
  readonly plant?: string;
  readonly traces?: string;
  /** Settings of the Defenders in place of the default ones. */
  readonly defender?: Readonly<Record<string, number>>;
  /** Rules of the protocol that the settings break: it was run on purpose all the same. */
  readonly invalid?: readonly string[];
  readonly verdict: Verdict;
  /** Present where it failed, and broke only rules that its scenario is known to break: why that is so. */
  readonly knownRed?: string;
  /** Why it is not `passed`, most important first; empty when it is. */
  readonly reasons: readonly string[];
  readonly fingerprint: string;
  readonly virtualUs: number;
  readonly wallMs: number;
  readonly events: number;
  readonly plan: Plan;
  readonly rules: readonly RuleOutcome[];
  readonly faults: readonly FaultOutcome[];
  readonly goals: readonly GoalOutcome[];
  /** Present where the scenario or the plan pins faults to moments of the protocol. */
  readonly moments?: readonly MomentOutcome[];
  /** Present in scenarios about the Defenders. */
  readonly cluster?: ClusterOutcome;
  readonly detection: Detection;
  readonly milestones: readonly Milestone[];
  /** Named figures with their unit in the name, for example `requestsAcknowledged`, `processingP95Ms`. */
  readonly figures: Readonly<Record<string, number>>;
  /** Limits of the harness that were hit. */
  readonly limits: readonly string[];
  /** The one command that runs this again with the same fingerprint. */
  readonly replay: string;
}

export interface Progress {
  readonly virtualUs: number;
  readonly virtualEndUs: number;
  readonly events: number;
  readonly milestone?: string;
}

export interface RunRequest {
  readonly scenario: string;
  readonly seed: bigint;
  /** `name=value` of `--set`, already known to exist; values are checked by the scenario's schema. */
  readonly overrides: Readonly<Record<string, string>>;
  /** Replaces the plan that the scenario and seed would give. */
  readonly plan?: Plan;
  readonly plant?: string;
  /** Path of a trace file that was validated. */
  readonly traces?: string;
  /** Settings of the Defenders by the names of `designSettings`, in place of the default ones. */
  readonly defender?: Readonly<Record<string, number>>;
  /** Runs settings that break the protocol; absent: they are refused. */
  readonly allowInvalid?: boolean;
  /** Settings of the Defenders that a study varies; the run's figures then hold its measurements. */
  readonly design?: Readonly<Record<string, number>>;
}
