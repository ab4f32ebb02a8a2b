import type { PlannedFault } from '../../chaos/plan.ts';
import type { SystemCustomisation } from '../../sim/system-customisation.ts';

/** A bug that is put in on purpose, to prove that a rule can fail (DESIGN, planted bugs). */
export interface Plant {
  readonly name: string;
  readonly summary: string;
  /** Id of the rule that must be broken, and be named first. */
  readonly rule: string;
  /** The scenario that shows it, and the values it is tried with. */
  readonly scenario: string;
  readonly overrides: Readonly<Record<string, string>>;
  /** Faults in place of the scenario's own, where those would seldom meet the bug. */
  readonly faults?: readonly PlannedFault[];
  /** What the scenario puts in place of its own: a weaker write pattern, a forgetful job. */
  readonly pattern?: string;
  readonly customisation: SystemCustomisation;
}
