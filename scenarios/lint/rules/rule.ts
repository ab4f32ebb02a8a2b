import type { Place } from '../documents/source-text.ts';
import type { LintInput } from '../input/lint-input.ts';

/** What a rule found at one place; effect and fix where they differ from those of the rule. */
export interface Found {
  readonly place: Place;
  readonly why: string;
  readonly effect?: string;
  readonly fix?: string;
}

/** A rule of the linter. It looks at all files together and never changes them. */
export interface LintRule {
  /** `L1`–`L41` of delivery 1M, `T1`… for what the same reasoning finds beyond. */
  readonly id: string;
  readonly title: string;
  readonly effect: string;
  readonly fix: string;
  /** The item of the specification that it comes from. */
  readonly source: string;
  readonly check: (input: LintInput) => readonly Found[];
}
