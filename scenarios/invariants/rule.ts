import type { History } from '../../sim/history/history.ts';
import type { Kernel } from '../../sim/kernel/index.ts';
import type { RuleOutcome, Violation } from '../run-result.ts';
import type { Excuse } from './excuses.ts';

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
  /** No fault and no operator's act is planned: the stricter bounds of normal operation hold. */
  readonly quiet: boolean;
  readonly gracePeriodMs: number;
  /** Requests of a context that can be read back at quorum now; for the end of the run. */
  storedRequests(tool: string, contextSequence: number): number;
  /** The judgement that a fault-free run makes of a context, once all earlier ones are known. */
  faultFreeJudgement(contextId: string): { readonly alarm: boolean } | undefined;
  /** Pods of this deployment, or of this colour, that a fault or an operator took away by plan or by force recently. */
  readonly reachableGateways: () => readonly string[];
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
  watch(context: RuleContext, ledger: RuleLedger): RuleCheck;
}

/** Declares a rule; the argument is checked in full, the result is what the catalogue of rules holds. */
export function rule(definition: Rule): Rule {
  return definition;
}

const keptViolations = 20;
const aroundUs = 120_000_000;

/** Counts what a rule found. */
export class RuleLedger {
  readonly #rule: Rule;
  readonly #context: RuleContext;
  readonly #violations: Violation[] = [];
  readonly #excused: Record<string, number> = {};
  #checked = 0;
  #violationCount = 0;
  /** When the first breach happened, to name the cause first; Infinity where there is none. */
  firstEvent = Infinity;

  constructor(rule: Rule, context: RuleContext) {
    this.#rule = rule;
    this.#context = context;
  }

  /** The rule was put to the test. */
  check(count = 1): void {
    this.#checked += count;
  }

  /** A breach that nothing excuses: loss, a double effect. */
  violate(message: string, timeUs: number = this.#context.kernel.nowUs): void {
    this.#violationCount++;
    const event = this.#context.kernel.events;
    if (this.firstEvent === Infinity) this.firstEvent = event;
    if (this.#violations.length >= keptViolations) return;
    const faults = this.#context.faults.recent([''], aroundUs);
    this.#violations.push({ rule: this.#rule.id, message, timeUs, event, faults });
  }

  /** A breach unless a named fault of a dependency excuses it; `sinceUs` is how long ago the breach began. */
  violateUnlessExcused(message: string, sinceUs = 0): void {
    for (const excuse of this.#rule.excuses) {
      const faults = this.#context.faults.recent(excuse.faultKinds, excuse.graceUs + sinceUs);
      if (faults.length > 0) {
        this.#excused[excuse.reason] = (this.#excused[excuse.reason] ?? 0) + 1;
        return;
      }
    }
    this.violate(message);
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
}
