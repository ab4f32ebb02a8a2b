const minuteUs = 60_000_000;

/** How long contexts of the synthetic generator take and how often they are sampled. */
export interface Pace {
  /** Mean over all contexts that the tools complete. */
  readonly meanContextUs: number;
  readonly shortestContextUs: number;
  readonly longestContextUs: number;
  /** Between two readings of an SVID; a request carries three of each. */
  readonly samplePeriodUs: number;
}

/** The reference workload (DESIGN): contexts of 5 min to 2 h, 20 min on average, a request every 30 s. */
export const referencePace: Pace = {
  meanContextUs: 20 * minuteUs,
  shortestContextUs: 5 * minuteUs,
  longestContextUs: 120 * minuteUs,
  samplePeriodUs: 10_000_000,
};
