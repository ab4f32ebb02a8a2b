/** What the driver decides on its own (cassandra-and-live §1.10). */
export interface DriverPolicy {
  /** `fallthrough`: every error goes to the caller; the policy for whoever must know what became of each attempt (57). */
  readonly retry: 'default' | 'fallthrough';
  /** `ConstantSpeculativeExecutionPolicy`, for idempotent statements only: the losers still apply (59). */
  readonly speculative: { readonly delayMs: number; readonly attempts: number } | undefined;
  /** `per-attempt` is the driver up to 4.8.0: a late retry overwrites a newer write (27). `coordinator`: the client sends none. */
  readonly timestamps: 'per-request' | 'per-attempt' | 'coordinator';
  /** Name of `localDataCenter`: nodes elsewhere are never asked (60). Undefined: the first. */
  readonly localDatacentre: string | undefined;
}

/** cassandra-driver 4.10.0 as it comes. */
export const defaultDriverPolicy: DriverPolicy = {
  retry: 'default',
  speculative: undefined,
  timestamps: 'per-request',
  localDatacentre: undefined,
};
