import type { Lab, LabOptions } from './lab.ts';
import type { PatternRule } from './judge.ts';

/** A course of faults and deliveries that breaks some write patterns (cassandra-and-live §2.2). */
export interface Schedule {
  readonly name: string;
  /** Its number in §2.2. */
  readonly number: number;
  readonly summary: string;
  /** Longest it takes, in virtual minutes. */
  readonly minutes: number;
  readonly options: Partial<LabOptions>;
  /** The rule that it breaks under the weaker pattern. */
  readonly rule: PatternRule;
  /** Ids of patterns: one that it breaks, and the one that survives it. */
  readonly breaks: string;
  readonly survivor: string;
  run(lab: Lab): Promise<void>;
}
