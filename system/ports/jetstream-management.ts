/** Everything a stream can be told. What is absent takes the server's default, named in brackets. */
export interface StreamSettings {
  readonly name: string;
  /** [the name itself] */
  readonly subjects?: readonly string[];
  /** [limits] jetstream D36. */
  readonly retention?: 'limits' | 'interest' | 'workqueue';
  /** [file] */
  readonly storage?: 'file' | 'memory';
  /** [1] 1 to 5. */
  readonly replicas?: number;
  /** [old] jetstream D35. */
  readonly discard?: 'old' | 'new';
  /** [false] Refuses where the subject is full; needs `discard: 'new'` and `maxMessagesPerSubject`. */
  readonly discardNewPerSubject?: boolean;
  /** [−1: without end] */
  readonly maxMessages?: number;
  /** [−1: without end] Of the stored form: subject, headers and payload with 30 bytes (34 with headers) around them. */
  readonly maxBytes?: number;
  /** [−1: without end] */
  readonly maxMessagesPerSubject?: number;
  /** [−1: without end] Headers and payload of one message. */
  readonly maxMessageBytes?: number;
  /** [−1: without end] */
  readonly maxConsumers?: number;
  /** [0: for ever] */
  readonly maxAgeMs?: number;
  /** [2 min, or the maximum age where that is shorter] jetstream D30. */
  readonly duplicateWindowMs?: number;
  /** [false] Any current replica answers direct gets (jetstream H65). */
  readonly allowDirect?: boolean;
  /** [false] Messages with a rollup header remove what they replace. */
  readonly allowRollup?: boolean;
  /** [false] */
  readonly denyDelete?: boolean;
  /** [false] */
  readonly denyPurge?: boolean;
  /** [false] Honours `Nats-TTL`; servers before 2.11 ignore setting and header (jetstream D38). */
  readonly allowMessageTtl?: boolean;
  /** [none] What age removes last from a subject leaves a marker that lives so long; since 2.11 (jetstream D38). */
  readonly subjectDeleteMarkerTtlMs?: number;
}

/** As the server reports it: every setting with its value. */
export type EffectiveStreamSettings = Required<StreamSettings>;

export interface StreamState {
  readonly settings: EffectiveStreamSettings;
  readonly messages: number;
  readonly bytes: number;
  /** Of an emptied stream one more than the last. */
  readonly firstSequence: number;
  readonly lastSequence: number;
  /** Sequences between first and last that are gone. */
  readonly deletedMessages: number;
  readonly subjects: number;
  readonly consumers: number;
  /** Name of the server that leads; absent while nobody does, and for a server that stands alone. */
  readonly leader?: string;
  /** Names of the other replicas' servers, sorted. */
  readonly followers: readonly string[];
}

export type DeliverPolicy =
  | { readonly kind: 'all' | 'last' | 'new' | 'last-per-subject' }
  | { readonly kind: 'by-start-sequence'; readonly sequence: number }
  | { readonly kind: 'by-start-time'; readonly timeMs: number };

/** A pull consumer. What is absent takes the server's default, named in brackets. */
export interface ConsumerSettings {
  readonly name: string;
  /** Durable consumers have no inactive threshold unless one is given; others vanish when unused (jetstream F57). */
  readonly durable: boolean;
  /** [all] */
  readonly deliver?: DeliverPolicy;
  /** [none: as the protocol has it; almost everybody wants explicit] */
  readonly ack?: 'explicit' | 'all' | 'none';
  /** [30 s, or the first back-off] */
  readonly ackWaitMs?: number;
  /** Ack waits by delivery count, the last one repeats; needs a larger `maxDeliver` (jetstream F49). */
  readonly backoffMs?: readonly number[];
  /** [−1: for ever] */
  readonly maxDeliver?: number;
  /** [1000] −1: without end. */
  readonly maxAckPending?: number;
  /** [none: the whole stream] More than one since 2.10. */
  readonly filterSubjects?: readonly string[];
  /** [512] */
  readonly maxWaiting?: number;
  /** [0: any] */
  readonly maxRequestBatch?: number;
  /** [0: any] */
  readonly maxRequestExpiresMs?: number;
  /** [0: any] */
  readonly maxRequestMaxBytes?: number;
  /** [0 for durables, else 5 s] */
  readonly inactiveThresholdMs?: number;
  /** [false] */
  readonly headersOnly?: boolean;
  /** [0: as the stream for durables; 1 for others of a limits stream] */
  readonly replicas?: number;
  /** [false] */
  readonly memoryStorage?: boolean;
}

export type EffectiveConsumerSettings = Required<ConsumerSettings>;

export interface SequencePair {
  readonly consumerSequence: number;
  readonly streamSequence: number;
}

/** As the consumer's leader knows it; followers may know less (jetstream F58, fault C12). */
export interface ConsumerState {
  readonly settings: EffectiveConsumerSettings;
  readonly delivered: SequencePair;
  readonly ackFloor: SequencePair;
  /** Messages that match and were never delivered. */
  readonly pending: number;
  readonly ackPending: number;
  readonly redelivered: number;
  /** Pull requests that wait. */
  readonly waiting: number;
  readonly leader?: string;
}

export interface PurgeOptions {
  /** Only this subject, wildcards allowed. */
  readonly subject?: string;
  /** Only what lies below this sequence; excludes `keep`. */
  readonly belowSequence?: number;
  /** The newest so many stay; excludes `belowSequence`. */
  readonly keep?: number;
}

export type MessageSelector =
  | { readonly kind: 'sequence'; readonly sequence: number }
  | { readonly kind: 'last-of-subject'; readonly subject: string }
  | { readonly kind: 'next-of-subject'; readonly subject: string; readonly fromSequence: number };

export interface StreamMessage {
  readonly subject: string;
  readonly sequence: number;
  /** Header names as they were written; a name met twice keeps its last value. */
  readonly headers: Readonly<Record<string, string>>;
  readonly payload: Uint8Array;
  readonly storedMs: number;
}

/** `create` refuses what exists with other settings, `update` what does not exist; servers before 2.10 know only `create-or-update`. */
export type ConsumerAction = 'create' | 'update' | 'create-or-update';

/**
 * JetStream's administration to the letter: one request each, nothing tried again, nothing checked before it is sent.
 * Every call may reject with a `PortError`: `timeout` and `disconnected` (ambiguous), `no-responders`, or the code that
 * fits what the server said, which is then in its `server` field (jetstream §1A, §1D, §1F).
 */
export interface JetStreamManagement {
  /** Succeeds too where a stream with these very settings exists. */
  createStream(settings: StreamSettings): Promise<StreamState>;
  updateStream(settings: StreamSettings): Promise<StreamState>;
  deleteStream(stream: string): Promise<void>;
  stream(stream: string): Promise<StreamState>;
  /** Sorted. */
  streamNames(): Promise<readonly string[]>;
  /** Resolves to the number of removed messages. */
  purge(stream: string, options?: PurgeOptions): Promise<number>;
  /** Asks the leader (jetstream H67). A missing message is `not-found`, error 10037. */
  message(stream: string, selector: MessageSelector): Promise<StreamMessage>;
  /** Asks any replica of a stream that allows it (jetstream H65). A missing message is `not-found`, status 404 without error code. */
  directMessage(stream: string, selector: MessageSelector): Promise<StreamMessage>;
  deleteMessage(stream: string, sequence: number): Promise<void>;
  createConsumer(stream: string, settings: ConsumerSettings, action?: ConsumerAction): Promise<ConsumerState>;
  deleteConsumer(stream: string, consumer: string): Promise<void>;
  consumer(stream: string, consumer: string): Promise<ConsumerState>;
  /** Sorted. */
  consumerNames(stream: string): Promise<readonly string[]>;
  stepDownStream(stream: string): Promise<void>;
  stepDownConsumer(stream: string, consumer: string): Promise<void>;
  /** Takes a server out of the stream's replicas; another takes its place where there is one. */
  removeStreamPeer(stream: string, server: string): Promise<void>;
}
