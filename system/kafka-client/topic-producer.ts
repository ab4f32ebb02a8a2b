import { PortError } from '../ports/errors.ts';
import type { PortErrorCode } from '../ports/errors.ts';
import { kafkaErrorName, kafkaErrors } from '../ports/kafka-error.ts';
import type { PublishAck, PublishOptions } from '../ports/jetstream.ts';
import type { KafkaConnection, TopicSpec } from '../ports/kafka.ts';
import { BrokerPool, type KafkaClientPorts, type LedPartition } from './broker-pool.ts';
import type { KafkaClientSettings } from './settings.ts';

/**
 * Publishes to one topic in the form that JetStream has in V2, so that the same code publishes to either. The subject is
 * the key: what belongs to one subject keeps its order. Acknowledged by all in-sync replicas.
 *
 * Kafka has no message ids: an attempt whose answer was lost stores the message again, and whoever reads it must not
 * mind. Errors of one attempt are `PortError`s: `unavailable`, `timeout`, `disconnected`, `connection-refused`.
 */
export class TopicProducer {
  readonly #settings: KafkaClientSettings;
  readonly #clock: KafkaClientPorts['clock'];
  readonly #topic: TopicSpec;
  readonly #pool: BrokerPool;
  #partitions: readonly LedPartition[] = [];

  constructor(ports: KafkaClientPorts, settings: KafkaClientSettings, clientId: string, topic: TopicSpec) {
    this.#settings = settings;
    this.#clock = ports.clock;
    this.#topic = topic;
    this.#pool = new BrokerPool(ports, settings, clientId);
  }

  /** Makes sure of the topic. */
  async open(): Promise<void> {
    const code = await this.#pool.ask((connection) =>
      connection.createTopic(this.#topic, this.#settings.requestTimeoutMs),
    );
    if (code !== kafkaErrors.NONE && code !== kafkaErrors.TOPIC_ALREADY_EXISTS) throw refusal(code);
  }

  async publish(subject: string, payload: Uint8Array, { timeoutMs }: PublishOptions): Promise<PublishAck> {
    const { topic } = this.#topic;
    const partition = keyHash(subject) % this.#topic.partitions;
    const connection = await this.#leaderOf(partition);
    try {
      const { errorCode, baseOffset } = await connection.produce(
        {
          topic,
          partition,
          acks: -1,
          replicationTimeoutMs: timeoutMs,
          records: [{ key: subject, value: payload, timestampMs: this.#clock.wallMs() }],
        },
        timeoutMs,
      );
      if (errorCode === kafkaErrors.NONE) {
        return { stream: topic, sequence: sequenceOf(partition, baseOffset), duplicate: false };
      }
      this.#partitions = [];
      throw refusal(errorCode);
    } catch (error) {
      this.#partitions = [];
      if (connection.isClosed || (error instanceof PortError && error.code === 'timeout')) {
        this.#pool.drop(connection);
      }
      throw error;
    }
  }

  close(): void {
    this.#pool.close();
  }

  async #leaderOf(partition: number): Promise<KafkaConnection> {
    if (this.#partitions.length === 0) this.#partitions = await this.#pool.partitionsOf(this.#topic.topic);
    const address = this.#partitions[partition]?.address;
    if (address === undefined) {
      this.#partitions = [];
      throw new PortError(`partition ${partition} of ${this.#topic.topic} has no leader`, 'unavailable');
    }
    return await this.#pool.at(address, 'produce');
  }
}

const partitionLimit = 1024;

/** One number for a place in a topic: a message is named by it, as by its sequence in a stream. From 1. */
export function sequenceOf(partition: number, offset: number): number {
  return offset * partitionLimit + partition + 1;
}

/** FNV-1a over the UTF-16 units of a key. */
export function keyHash(key: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < key.length; index++) {
    hash = Math.imul(hash ^ key.charCodeAt(index), 0x01000193);
  }
  return hash >>> 0;
}

function refusal(code: number): PortError {
  const kind: PortErrorCode = code === kafkaErrors.REQUEST_TIMED_OUT ? 'timeout' : 'unavailable';
  return new PortError(`the broker answered ${kafkaErrorName(code)}`, kind);
}
