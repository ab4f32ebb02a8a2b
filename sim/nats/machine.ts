import type { Operation } from './operations.ts';

/** What one replica knows after applying a prefix of its group's log. */
export interface Machine {
  /** For a stream the sequence stored, negative for a duplicate, or what was removed; 0 otherwise. */
  apply(operation: Operation): number;
  clone(): Machine;
  /** What is applied next gives the same as with the other. */
  isAlike(other: Machine): boolean;
}
