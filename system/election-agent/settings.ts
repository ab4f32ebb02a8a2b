export interface ElectionAgentSettings {
  readonly port: number;
  /** Longest lease that is granted; after a start nobody new is granted one for as long, since the last life's may still run. */
  readonly longestTtlMs: number;
}

export const defaultElectionAgentSettings: ElectionAgentSettings = {
  port: 9100,
  longestTtlMs: 10_000,
};
