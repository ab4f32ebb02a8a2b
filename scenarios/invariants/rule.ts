import type { History } from '../../sim/history/history.ts';
import type { Kernel } from '../../sim/kernel/index.ts';
import type { Colour } from '../../system/ports/colour.ts';
import type { RuleOutcome, Violation } from '../run-result.ts';
import type { Timeline } from '../timelines/timeline.ts';
import { coloursTouched, isExcusedBy, type Excuse } from './excuses.ts';

/** Which faults are, or just were, in force. Answered by whoever injects them. */
export interface FaultLedger {
  /** Ids of faults in force now, or ended at most `withinUs` ago, whose kind starts with one of the prefixes. */
  recent(kindPrefixes: readonly string[], withinUs: number): readonly string[];
}

/** What a rule may know of the world besides its history. */
export interface WorldFacts {
  readonly tools: number;
  readonly gateways: number;
  readonly gatewayPollMs: number;
  /** Replicas of each component that carry all tools. */
  readonly demand: Readonly<Record<'collector' | 'defender', number>>;
  /** No fault and no operator's act is planned: the stricter bounds of normal operation hold. */
  readonly quiet: boolean;
  readonly gracePeriodMs: number;
  /** True weight of every unit: points that the tool sends in a context (defender §4). */
  readonly unitWeights: ReadonlyMap<string, number>;
  /** Requests of a context that can be read back at quorum now; for the end of the run. */
  storedRequests(tool: string, contextSequence: number): number;
  /** Contexts whose completion is in a stream now: not delivered, or not acknowledged. For the end of the run. */
  waitingCompletions(): readonly string[];
  /** The judgement that a fault-free run makes of a context, once all earlier ones are known. */
  faultFreeJudgement(contextId: string): { readonly alarm: boolean } | undefined;
  /** Gateways that run, are ready, and that Management can reach now, both ways. */
  readonly reachableGateways: () => readonly string[];
  /** What the scenario says that this run must show of the Defenders; absent in most. */
  readonly timeline?: Timeline;
  /** What its gates need, where that is not what ships. */
  readonly gateEvidence?: {
    readonly requests: number;
    readonly contexts: number;
    readonly firstRequests: number;
  };
}

export interface RuleContext {
  readonly kernel: Kernel;
  readonly history: History;
  readonly faults: FaultLedger;
  readonly facts: WorldFacts;
}

/** A rule watches the history as it happens; `finish` is called when the world has converged, or its time is over. */
export interface RuleCheck {
  finish(): void;
}

export interface Rule {
  /** Stable: `area.rule`. */
  readonly id: string;
  readonly title: string;
  readonly kind: 'safety' | 'liveness';
  /** Where the rule comes from. */
  readonly source: string;
  readonly excuses: readonly Excuse[];
  /** Watched in scenarios with this tag only: elsewhere there is nothing that it could judge. Absent: in all. */
  readonly onlyTag?: string;
  watch(context: RuleContext, ledger: RuleLedger): RuleCheck;
}

/** Declares a rule; the argument is checked in full, the result is what the catalogue of rules holds. */
export function rule(definition: Rule): Rule {
  return definition;
}

const keptViolations = 20;
const aroundUs = 120_000_000;

interface KnownFault {
  readonly kind: string;
  readonly targets: readonly string[];
  readonly startUs: number;
}

/** Counts what a rule found. */
export class RuleLedger {
  readonly #rule: Rule;
  readonly #context: RuleContext;
  readonly #violations: Violation[] = [];
  readonly #excused: Record<string, number> = {};
  /** What the history said of each fault that began, by id. */
  readonly #faults = new Map<string, KnownFault>();
  #checked = 0;
  #violationCount = 0;
  /** When the first breach happened, to name the cause first; Infinity where there is none. */
  firstEvent = Infinity;

  constructor(rule: Rule, context: RuleContext) {
    this.#rule = rule;
    this.#context = context;
    context.history.on('fault.started', ({ id, faultKind, targets }, timeUs) => {
      this.#faults.set(id, { kind: faultKind, targets, startUs: timeUs });
    });
  }

  /** The rule was put to the test. */
  check(count = 1): void {
    this.#checked += count;
  }

  /** A breach that nothing excuses: loss, a double effect. `timeUs` is when it happened, which may be found out later. */
  violate(message: string, timeUs: number = this.#context.kernel.nowUs): void {
    this.#violationCount++;
    const { events, nowUs } = this.#context.kernel;
    if (this.firstEvent === Infinity) this.firstEvent = events;
    if (this.#violations.length >= keptViolations) return;
    const faults = this.#context.faults
      .recent([''], aroundUs + nowUs - timeUs)
      .filter((id) => (this.#faults.get(id)?.startUs ?? 0) <= timeUs + aroundUs);
    this.#violations.push({ rule: this.#rule.id, message, timeUs, event: events, faults });
  }

  /**
   * A breach unless a named fault of a dependency excuses it. `breachUs` is how long ago the breach began; with `colour`
   * only faults count that hit this colour, or what both share.
   */
  violateUnlessExcused(message: string, breachUs = 0, colour?: Colour): void {
    if (!this.excuses(breachUs, colour)) this.violate(message);
  }

  /** True where a fault excuses a breach of now, which is then counted. Parameters as of `violateUnlessExcused`. */
  excuses(breachUs: number, colour?: Colour): boolean {
    for (const excuse of this.#rule.excuses) {
      const kinds = excuse.faults.map(({ kind }) => kind);
      const ids = this.#context.faults.recent(kinds, excuse.graceUs + breachUs);
      if (!ids.some((id) => this.#isExcuse(excuse, id, colour))) continue;
      this.#excused[excuse.reason] = (this.#excused[excuse.reason] ?? 0) + 1;
      return true;
    }
    return false;
  }

  outcome(): RuleOutcome {
    return {
      rule: this.#rule.id,
      title: this.#rule.title,
      kind: this.#rule.kind,
      checked: this.#checked,
      violations: this.#violations,
      violationCount: this.#violationCount,
      excused: this.#excused,
    };
  }

  #isExcuse(excuse: Excuse, id: string, colour: Colour | undefined): boolean {
    const fault = this.#faults.get(id);
    if (fault === undefined || !isExcusedBy(excuse, fault.kind, fault.targets)) return false;
    return colour === undefined || coloursTouched(fault.targets).includes(colour);
  }
}
