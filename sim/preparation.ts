import type { learnLimits } from '../system/defender/processing/limits.ts';

/**
 * What every world of the same seed and tools computes alike before it begins: the qualified charts, and what is learnt
 * from them. Handed from run to run it is computed once; the runs are the same as without it.
 */
export class Preparation {
  /** Encoded charts by recipe. */
  qualifiedCharts: ReadonlyMap<string, readonly Uint8Array[]> | undefined;
  /** Of the Defenders, by recipe and number of charts. */
  readonly limits = new Map<string, ReturnType<typeof learnLimits>>();
  /** Of whoever judges without faults, by recipe. */
  readonly faultFreeLimits = new Map<string, ReturnType<typeof learnLimits>>();
}
