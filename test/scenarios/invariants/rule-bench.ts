import { History, type EventKind, type EventOf } from '../../../sim/history/history.ts';
import { Kernel } from '../../../sim/kernel/index.ts';
import type { RuleOutcome } from '../../../scenarios/run-result.ts';
import {
  RuleLedger,
  type FaultLedger,
  type Rule,
  type RuleCheck,
  type WorldFacts,
} from '../../../scenarios/invariants/rule.ts';
import { event } from './events.ts';

interface Fault {
  readonly kind: string;
  endedUs: number;
}

/** The faults of a synthetic history, answered as the injector answers. */
class SyntheticFaults implements FaultLedger {
  readonly known = new Map<string, Fault>();
  readonly #kernel: Kernel;

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
  }

  recent(kindPrefixes: readonly string[], withinUs: number): readonly string[] {
    return [...this.known]
      .filter(
        ([, { kind, endedUs }]) =>
          endedUs >= this.#kernel.nowUs - withinUs && kindPrefixes.some((prefix) => kind.startsWith(prefix)),
      )
      .map(([id]) => id);
  }
}

const facts: WorldFacts = {
  tools: 10,
  gateways: 2,
  gatewayPollMs: 5000,
  demand: { collector: 2, defender: 10 },
  quiet: false,
  gracePeriodMs: 30_000,
  unitWeights: new Map(),
  storedRequests: () => 0,
  waitingCompletions: () => [],
  faultFreeJudgement: () => undefined,
  reachableGateways: () => ['gateway-0', 'gateway-1'],
};

/** One rule before a history that a test makes up. */
export class RuleBench {
  readonly #kernel = new Kernel({ seed: 1n });
  readonly #history = new History(this.#kernel);
  readonly #faults = new SyntheticFaults(this.#kernel);
  readonly #ledger: RuleLedger;
  readonly #check: RuleCheck;

  constructor(rule: Rule, known: Partial<WorldFacts> = {}) {
    const context = {
      kernel: this.#kernel,
      history: this.#history,
      faults: this.#faults,
      facts: { ...facts, ...known },
    };
    this.#ledger = new RuleLedger(rule, context);
    this.#check = rule.watch(context, this.#ledger);
  }

  /** Moves the clock to this second; what follows happens then. */
  at(seconds: number): this {
    this.#kernel.nowUs = Math.round(seconds * 1e6);
    return this;
  }

  say<K extends EventKind>(kind: K, fields: Partial<EventOf<K>> = {}): this {
    this.#kernel.events++;
    this.#history.record('test', event(kind, fields));
    return this;
  }

  /** A fault begins; in force until `faultEnds`. */
  faultBegins(id: string, faultKind: string, targets: readonly string[]): this {
    this.#faults.known.set(id, { kind: faultKind, endedUs: Infinity });
    return this.say('fault.started', { id, faultKind, targets });
  }

  faultEnds(id: string): this {
    const fault = this.#faults.known.get(id);
    if (fault === undefined) throw new Error(`no fault ${id}`);
    fault.endedUs = this.#kernel.nowUs;
    return this.say('fault.ended', { id, faultKind: fault.kind });
  }

  /** One act. */
  fault(id: string, faultKind: string, targets: readonly string[]): this {
    return this.faultBegins(id, faultKind, targets).faultEnds(id);
  }

  /** What was found until now. */
  get outcome(): RuleOutcome {
    return this.#ledger.outcome();
  }

  get messages(): readonly string[] {
    return this.outcome.violations.map(({ message }) => message);
  }

  finish(): this {
    this.#check.finish();
    return this;
  }
}
