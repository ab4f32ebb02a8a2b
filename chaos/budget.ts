import { findFaultKind } from './catalogue.ts';
import type { FaultKind, Impact } from './fault.ts';
import { withDefaults } from './parameter.ts';
import type { PlannedFault } from './plan.ts';

interface Burden {
  readonly impact: Impact;
  readonly startMs: number;
  /** When the dependency has recovered from it. */
  readonly settledMs: number;
}

/** How long a fault without an end may last for the budget: until everything is healed. */
const openEndMs = Number.MAX_SAFE_INTEGER;

function burdenOf(fault: PlannedFault, kind: FaultKind): Burden {
  const impact = kind.impact(withDefaults(kind.parameters, fault.parameters));
  // When a moment comes nobody knows: such a fault counts from where it is waited for.
  const endMs = kind.instant && fault.at === undefined ? fault.startMs : (fault.endMs ?? openEndMs);
  return { impact, startMs: fault.startMs, settledMs: endMs + impact.settleMs };
}

function overlap(left: Burden, right: Burden): boolean {
  return left.startMs < right.settledMs && right.startMs < left.settledMs;
}

/** `nats-any` meets `nats-blue`, and so on: `any` stands for both colours. */
function sameDependency(left: string, right: string): boolean {
  if (left === right) return true;
  const [leftStem, leftColour] = split(left);
  const [rightStem, rightColour] = split(right);
  return leftStem === rightStem && (leftColour === 'any' || rightColour === 'any');
}

function split(dependency: string): readonly [string, string] {
  const dash = dependency.lastIndexOf('-');
  return dash < 0 ? [dependency, ''] : [dependency.slice(0, dash), dependency.slice(dash + 1)];
}

/**
 * Whether a plan leaves enough to recover with: at no time two big faults of one dependency, and never more than a
 * minority of a replica group without its stored data (DESIGN, faults and verdicts: a sufficient core).
 */
export class RecoverabilityBudget {
  readonly #burdens: Burden[] = [];

  /** Takes the fault in if the budget allows it; says whether it did. */
  admit(fault: PlannedFault): boolean {
    const kind = findFaultKind(fault.kind);
    if (kind === undefined) return false;
    const burden = burdenOf(fault, kind);
    if (!this.#fits(burden)) return false;
    this.#burdens.push(burden);
    return true;
  }

  /** Takes the fault in whatever it costs: it was fixed by a person. */
  charge(fault: PlannedFault): void {
    const kind = findFaultKind(fault.kind);
    if (kind !== undefined) this.#burdens.push(burdenOf(fault, kind));
  }

  #fits(burden: Burden): boolean {
    const { impact } = burden;
    const rivals = this.#burdens.filter(
      (other) => overlap(burden, other) && sameDependency(impact.dependency, other.impact.dependency),
    );
    if (impact.big && rivals.some((other) => other.impact.big)) return false;
    const lost = rivals.reduce((sum, other) => sum + other.impact.storageLost, impact.storageLost);
    return impact.storageLost === 0 || lost <= Math.floor((impact.groupSize - 1) / 2);
  }
}
