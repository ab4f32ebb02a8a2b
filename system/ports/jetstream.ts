export interface StreamConfig {
  readonly name: string;
  readonly subjects: readonly string[];
  readonly retention: 'limits' | 'interest' | 'workqueue';
  readonly storage: 'file' | 'memory';
  readonly replicas: 1 | 3;
  readonly maxAgeMs: number;
  readonly maxMessages: number;
  readonly discard: 'old' | 'new';
  readonly duplicateWindowMs: number;
}

/** A durable pull consumer with explicit acknowledgement, deliver-all. */
export interface ConsumerConfig {
  readonly durable: string;
  /** One subject, or several (needs server 2.10). Never empty: an empty list would mean the whole stream (defender §4). */
  readonly filterSubjects: readonly string[];
  readonly ackWaitMs: number;
  /** Deliveries before the server gives up; −1 is for ever. */
  readonly maxDeliver: number;
  readonly maxAckPending: number;
  readonly replicas: 1 | 3;
}

export interface PublishOptions {
  /** `Nats-Msg-Id`: within the duplicate window a second publish of it stores nothing (jetstream 29–32). */
  readonly messageId: string;
  readonly timeoutMs: number;
}

export interface PublishAck {
  readonly stream: string;
  readonly sequence: number;
  readonly duplicate: boolean;
}

/** A delivered message. Acknowledgements are fire-and-forget and may get lost (jetstream 51). */
export interface DeliveredMessage {
  readonly subject: string;
  readonly payload: Uint8Array;
  readonly messageId: string;
  readonly streamSequence: number;
  /** 1 for the first delivery. After a change of leader it can start again at 1 on old servers (jetstream 55). */
  readonly deliveryCount: number;
  /** Server's wall time when it was stored, milliseconds since the epoch. */
  readonly storedMs: number;
  ack(): void;
  /** Acknowledges and waits for the server's word. False: not confirmed in time, so it may come again. */
  ackConfirmed(timeoutMs: number): Promise<boolean>;
  /** Gives it back for redelivery, at once or after a delay. */
  nak(delayMs?: number): void;
  /** Restarts the ack wait. */
  inProgress(): void;
  /** Never deliver again. */
  terminate(reason: string): void;
}

export interface ConsumeOptions {
  /** Messages buffered at the client at most. */
  readonly maxMessages: number;
  /** Life of one pull request; short, so that a stall after a change of leader is short too (jetstream 77). */
  readonly expiresMs: number;
}

/** A running pull loop; it survives reconnects and changes of leader. */
export interface Consumption {
  /** Stops pulling. Messages already handed over stay the caller's to settle. Resolves when the pull is withdrawn. */
  stop(): Promise<void>;
  readonly stopped: boolean;
}

export interface ConsumeHandlers {
  /** Called in order for each message; must not throw. */
  message(message: DeliveredMessage): void;
  /** The durable does not exist (any more); the loop has stopped. */
  missing?(): void;
}

export interface ConsumerInfo {
  readonly durable: string;
  /** Messages matching the filter that were never delivered. */
  readonly pending: number;
  readonly ackPending: number;
  readonly redelivered: number;
}

export interface StreamInfo {
  readonly name: string;
  readonly messages: number;
  readonly firstSequence: number;
  readonly lastSequence: number;
  readonly config: StreamConfig;
}

/** JetStream of one cluster. Every call may reject with a `PortError`: `timeout`, `disconnected`, `no-responders`, `not-found`, `conflict`, `stream-full`. */
export interface JetStream {
  /** Creates a stream, or does nothing where one with this configuration exists. */
  ensureStream(config: StreamConfig): Promise<void>;
  streamInfo(stream: string): Promise<StreamInfo>;
  /** Removes all messages: only ever after the backlog was proven empty (delivery C41). */
  purgeStream(stream: string): Promise<void>;
  publish(subject: string, payload: Uint8Array, options: PublishOptions): Promise<PublishAck>;
  /** Creates the durable, or updates its filter and limits where it exists. */
  ensureConsumer(stream: string, config: ConsumerConfig): Promise<void>;
  deleteConsumer(stream: string, durable: string): Promise<void>;
  consumerInfo(stream: string, durable: string): Promise<ConsumerInfo>;
  consumerNames(stream: string): Promise<readonly string[]>;
  consume(stream: string, durable: string, options: ConsumeOptions, handlers: ConsumeHandlers): Consumption;
}
