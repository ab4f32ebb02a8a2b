import type { KafkaAddress } from '../ports/kafka.ts';
import type { AssignorName } from './assignors.ts';

/** How a client reaches a Kafka cluster. */
export interface KafkaClientSettings {
  readonly bootstrap: readonly KafkaAddress[];
  readonly requestTimeoutMs: number;
  readonly retryMinMs: number;
  readonly retryMaxMs: number;
}

/** A member of a consumer group; the names are those of Kafka's own clients, the defaults too. */
export interface GroupConsumerSettings extends KafkaClientSettings {
  readonly groupId: string;
  readonly topic: string;
  /** Static membership: a name that survives a restart. */
  readonly groupInstanceId?: string;
  /** Range is eager: all is given up before each rebalance. Cooperative-sticky gives up only what moves. */
  readonly assignor: AssignorName;
  readonly sessionTimeoutMs: number;
  readonly heartbeatIntervalMs: number;
  /** A consumer that takes nothing for so long leaves by itself; also how long a rebalance waits for it. */
  readonly maxPollIntervalMs: number;
  readonly fetchMaxWaitMs: number;
}

export function defaultGroupConsumerSettings(
  bootstrap: readonly KafkaAddress[],
  groupId: string,
  topic: string,
): GroupConsumerSettings {
  return {
    bootstrap,
    groupId,
    topic,
    requestTimeoutMs: 5_000,
    retryMinMs: 100,
    retryMaxMs: 1_000,
    assignor: 'cooperative-sticky',
    sessionTimeoutMs: 45_000,
    heartbeatIntervalMs: 3_000,
    maxPollIntervalMs: 300_000,
    fetchMaxWaitMs: 500,
  };
}
