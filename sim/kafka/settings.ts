/** Settings of the brokers, by the names that Kafka has for them. Defaults are those of Kafka 4.1 with KRaft. */
export interface KafkaSettings {
  /** group.min.session.timeout.ms, group.max.session.timeout.ms */
  readonly groupMinSessionTimeoutMs: number;
  readonly groupMaxSessionTimeoutMs: number;
  /** group.initial.rebalance.delay.ms: how long the first members of an empty group wait for others. */
  readonly groupInitialRebalanceDelayMs: number;
  /** group.max.size */
  readonly groupMaxSize: number;
  /** A new member that waits this long in a join is given up; not configurable in Kafka. */
  readonly newMemberJoinTimeoutMs: number;
  /** offset.metadata.max.bytes */
  readonly offsetMetadataMaxBytes: number;
  /** offsets.topic.num.partitions, offsets.topic.replication.factor */
  readonly offsetsTopicPartitions: number;
  readonly offsetsTopicReplicas: number;
  /** min.insync.replicas of the offsets topic (the broker's default for topics). */
  readonly offsetsTopicMinInSync: number;
  /** offsets.commit.timeout.ms: how long a coordinator waits for the in-sync replicas. */
  readonly offsetsCommitTimeoutMs: number;
  /** broker.session.timeout.ms, broker.heartbeat.interval.ms: when the controller fences a silent broker. */
  readonly brokerSessionTimeoutMs: number;
  readonly brokerHeartbeatIntervalMs: number;
  /** replica.lag.time.max.ms: a follower that is behind for so long leaves the in-sync set. */
  readonly replicaLagTimeMaxMs: number;
  /** From the start of the process to its registration, log recovery included. */
  readonly brokerStartMs: number;
  /** Reading the groups of one partition of the offsets topic. */
  readonly coordinatorLoadMs: number;
}

export const defaultKafkaSettings: KafkaSettings = {
  groupMinSessionTimeoutMs: 6_000,
  groupMaxSessionTimeoutMs: 1_800_000,
  groupInitialRebalanceDelayMs: 3_000,
  groupMaxSize: 2_147_483_647,
  newMemberJoinTimeoutMs: 300_000,
  offsetMetadataMaxBytes: 4_096,
  offsetsTopicPartitions: 50,
  offsetsTopicReplicas: 3,
  offsetsTopicMinInSync: 1,
  offsetsCommitTimeoutMs: 5_000,
  brokerSessionTimeoutMs: 9_000,
  brokerHeartbeatIntervalMs: 2_000,
  replicaLagTimeMaxMs: 30_000,
  brokerStartMs: 2_300,
  coordinatorLoadMs: 20,
};
