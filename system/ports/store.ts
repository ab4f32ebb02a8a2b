/** Small durable state of Management and of the rollout controller: a few keys, each a JSON text, written whole. */
export interface Store {
  load(key: string): Promise<string | undefined>;
  /** Durable when it resolves. Rejects with a `PortError`: `timeout` (ambiguous), `unavailable`. */
  save(key: string, value: string): Promise<void>;
}
