/** A message as the protocol carries it. */
export interface CoreMessage {
  readonly subject: string;
  /** Empty: none. */
  readonly reply: string;
  readonly data: Uint8Array;
  readonly headers: Readonly<Record<string, string>>;
  /** Of a status in place of a message; 0: it is a message. */
  readonly status: number;
  readonly description: string;
}

export interface CoreRequest {
  readonly timeoutMs: number;
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * What this folder needs of a NATS client library, so that the wide port is written once and runs over `nats` as well
 * as over its successor.
 */
export interface CoreConnection {
  /** Errors, as `PortError`: `timeout`, `disconnected`, `no-responders`. */
  request(subject: string, data: Uint8Array, options: CoreRequest): Promise<CoreMessage>;
  /** Lost without a word while disconnected (jetstream I73). */
  publish(subject: string, data: Uint8Array, reply?: string): void;
  /** Returns what ends the subscription. */
  subscribe(subject: string, handler: (message: CoreMessage) => void): () => void;
  /** A subject that nobody else listens to. */
  inbox(): string;
}
