import type { KafkaGroupRequests, PartitionResult, TopicPartition } from './kafka-group.ts';

export interface KafkaAddress {
  readonly host: string;
  readonly port: number;
}

export interface KafkaBroker extends KafkaAddress {
  readonly nodeId: number;
}

export interface PartitionMetadata extends PartitionResult {
  /** Node id, −1 while there is none. */
  readonly leader: number;
  readonly replicas: readonly number[];
  readonly inSync: readonly number[];
}

export interface ClusterMetadata {
  readonly brokers: readonly KafkaBroker[];
  readonly partitions: readonly PartitionMetadata[];
}

export interface Coordinator extends KafkaBroker {
  readonly errorCode: number;
}

export interface TopicSpec {
  readonly topic: string;
  readonly partitions: number;
  readonly replicas: number;
  /** In-sync replicas that a write with `acks` −1 needs. */
  readonly minInSync: number;
}

export interface ProducedRecord {
  readonly key: string;
  readonly value: Uint8Array;
  /** Milliseconds since the epoch by the producer's clock. */
  readonly timestampMs: number;
}

/** −1: after all in-sync replicas; 1: after the leader; 0: no answer is sent. */
export type RequiredAcks = -1 | 0 | 1;

export interface ProduceRequest extends TopicPartition {
  readonly acks: RequiredAcks;
  /** How long the broker may wait for its in-sync replicas. */
  readonly replicationTimeoutMs: number;
  readonly records: readonly ProducedRecord[];
}

export interface ProduceResponse {
  readonly errorCode: number;
  /** Of the first record; −1 where it is not known. */
  readonly baseOffset: number;
}

export interface FetchedRecord extends ProducedRecord {
  readonly offset: number;
}

export interface FetchRequest {
  readonly maxWaitMs: number;
  readonly partitions: readonly (TopicPartition & { readonly offset: number })[];
}

export interface FetchedPartition extends PartitionResult {
  readonly highWatermark: number;
  readonly records: readonly FetchedRecord[];
}

/**
 * One connection to one broker. A broker answers one request after the other: what is asked while another request waits
 * (a join, a fetch) waits behind it. Every call may reject with a `PortError`: `timeout` and `disconnected`, both
 * ambiguous. Protocol errors are codes in the answers, see `kafkaErrors`.
 */
export interface KafkaConnection extends KafkaGroupRequests {
  readonly isClosed: boolean;
  close(): void;
  /** An empty list asks for the brokers only. Topics are not created by asking. */
  metadata(topics: readonly string[], timeoutMs: number): Promise<ClusterMetadata>;
  findCoordinator(groupId: string, timeoutMs: number): Promise<Coordinator>;
  /** Resolves to the error code. */
  createTopic(spec: TopicSpec, timeoutMs: number): Promise<number>;
  /** With `acks` 0 it resolves at once, with nothing known. */
  produce(request: ProduceRequest, timeoutMs: number): Promise<ProduceResponse>;
  /** Answers when a record is there or `maxWaitMs` is over. Only records below the high watermark are shown. */
  fetch(request: FetchRequest, timeoutMs: number): Promise<readonly FetchedPartition[]>;
  /** The offset of the first record kept, or of the next to come. */
  listOffset(
    partition: TopicPartition,
    which: 'earliest' | 'latest',
    timeoutMs: number,
  ): Promise<{ readonly errorCode: number; readonly offset: number }>;
}

export interface KafkaConnectOptions {
  readonly address: KafkaAddress;
  readonly clientId: string;
  readonly timeoutMs: number;
}

export interface KafkaConnector {
  /** Errors: `connection-refused`, `timeout`. */
  connect(options: KafkaConnectOptions): Promise<KafkaConnection>;
}
