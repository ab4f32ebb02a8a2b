import { kafkaErrors } from '../../system/ports/kafka-error.ts';
import type { ClusterMetadata, KafkaAddress, ProducedRecord, TopicSpec } from '../../system/ports/kafka.ts';
import type { Kernel } from '../kernel/index.ts';
import type { Network } from '../network/index.ts';
import { javaHash } from './java-hash.ts';
import { brokerPort, KafkaBroker } from './kafka-broker.ts';
import { noKafkaMutations, type KafkaMutations } from './mutations.ts';
import { offsetsTopic, Partition } from './partition.ts';
import type { LogEntry } from './partition-replica.ts';
import { defaultKafkaSettings, type KafkaSettings } from './settings.ts';

export interface KafkaClusterOptions {
  readonly name: string;
  readonly brokerCount: number;
  readonly settings?: Partial<KafkaSettings>;
  readonly mutations?: Partial<KafkaMutations>;
}

/** How often a follower looks for what a leader that was out of reach has. */
const retryMs = 500;
/** From a decision of the controller to the brokers' knowing it. */
const metadataDelayUs = 20_000;

/**
 * Brokers, topics and the controller. Replication: followers fetch from the leader, a record is committed when all
 * in-sync replicas have it; a silent broker is fenced after its session and its partitions get leaders from what is in
 * sync. The controller itself (a KRaft quorum) is taken to be up while a majority of the brokers can be reached.
 *
 * Not modelled: the quorum's own elections, unclean elections, the return of leadership to preferred replicas,
 * transactions, idempotent producers, quotas, reassignment, tiered storage, TLS and authentication.
 */
export class KafkaCluster {
  readonly name: string;
  readonly kernel: Kernel;
  readonly network: Network;
  readonly settings: KafkaSettings;
  readonly mutations: KafkaMutations;
  readonly brokers: readonly KafkaBroker[];
  readonly partitions: Partition[] = [];
  readonly #byTopic = new Map<string, readonly Partition[]>();
  readonly #copying = new Set<string>();

  constructor(kernel: Kernel, network: Network, options: KafkaClusterOptions) {
    this.name = options.name;
    this.kernel = kernel;
    this.network = network;
    this.settings = { ...defaultKafkaSettings, ...options.settings };
    this.mutations = { ...noKafkaMutations, ...options.mutations };
    this.brokers = Array.from(
      { length: options.brokerCount },
      (_, index) => new KafkaBroker(this, index + 1),
    );
    for (const broker of this.brokers) this.register(broker);
    const { offsetsTopicMinInSync, offsetsTopicPartitions, offsetsTopicReplicas } = this.settings;
    this.createTopic({
      topic: offsetsTopic,
      partitions: offsetsTopicPartitions,
      replicas: Math.min(offsetsTopicReplicas, options.brokerCount),
      minInSync: offsetsTopicMinInSync,
    });
    kernel.after(this.settings.brokerHeartbeatIntervalMs * 1000, KafkaCluster.#beat, this, undefined);
  }

  /** Addresses of all brokers, for clients to begin with. */
  get bootstrap(): readonly KafkaAddress[] {
    return this.brokers.map(({ name }) => ({ host: name, port: brokerPort }));
  }

  broker(nodeId: number): KafkaBroker {
    const broker = this.brokers[nodeId - 1];
    if (broker === undefined) throw new RangeError(`no broker ${nodeId}`);
    return broker;
  }

  partition(topic: string, index: number): Partition | undefined {
    return this.#byTopic.get(topic)?.[index];
  }

  offsetsPartition(groupId: string): Partition {
    const hash = javaHash(groupId) & 0x7fffffff;
    const partition = this.partition(offsetsTopic, hash % this.settings.offsetsTopicPartitions);
    if (partition === undefined) throw new RangeError('there is no offsets topic');
    return partition;
  }

  /** Records that a group has not committed, by what the leaders of the partitions have: for the end of a run. */
  uncommitted(groupId: string, topic: string): readonly ProducedRecord[] {
    const committed = new Map<number, number>();
    for (const { payload } of this.#leading(this.offsetsPartition(groupId))) {
      if (!('kind' in payload) || payload.kind !== 'offsets' || payload.groupId !== groupId) continue;
      for (const each of payload.offsets) {
        if (each.topic === topic) committed.set(each.partition, each.offset);
      }
    }
    return (this.#byTopic.get(topic) ?? []).flatMap((partition) =>
      this.#leading(partition)
        .slice(committed.get(partition.index) ?? 0)
        .flatMap(({ payload }) => ('key' in payload ? [payload] : [])),
    );
  }

  #leading({ replicas, state }: Partition): readonly LogEntry[] {
    return replicas.find(({ nodeId }) => nodeId === state.leader)?.log ?? [];
  }

  /** Returns the error code. */
  createTopic({ topic, partitions, replicas, minInSync }: TopicSpec): number {
    if (this.#byTopic.has(topic)) return kafkaErrors.TOPIC_ALREADY_EXISTS;
    const count = this.brokers.length;
    const made = Array.from({ length: partitions }, (_, index) => {
      const nodeIds = Array.from({ length: replicas }, (__, place) => ((index + place) % count) + 1);
      return new Partition(topic, index, nodeIds, minInSync);
    });
    this.#byTopic.set(topic, made);
    for (const partition of made) {
      this.partitions.push(partition);
      // Fenced brokers get replicas too, but are not in sync from the start.
      const alive = partition.state.inSync.filter((nodeId) => !this.broker(nodeId).isFenced);
      if (alive.length > 0) partition.state = { ...partition.state, inSync: alive };
      this.#elect(partition);
    }
    return kafkaErrors.NONE;
  }

  metadata(topics: readonly string[]): ClusterMetadata {
    return {
      brokers: this.brokers
        .filter(({ isFenced }) => !isFenced)
        .map(({ nodeId, name }) => ({ nodeId, host: name, port: brokerPort })),
      partitions: topics.flatMap((topic) =>
        (this.#byTopic.get(topic) ?? []).map(({ index, replicas, state: { leader, inSync } }) => ({
          topic,
          partition: index,
          errorCode: leader < 0 ? kafkaErrors.LEADER_NOT_AVAILABLE : kafkaErrors.NONE,
          leader,
          replicas: replicas.map(({ nodeId }) => nodeId),
          inSync,
        })),
      ),
    };
  }

  /** An orderly stop: the controller moves what the broker leads before it goes. */
  shutDownBroker(nodeId: number): void {
    const broker = this.broker(nodeId);
    if (!broker.isRunning) return;
    this.#fence(broker);
    this.kernel.after(2 * metadataDelayUs, killBroker, broker, undefined);
  }

  killBroker(nodeId: number): void {
    this.broker(nodeId).kill();
  }

  startBroker(nodeId: number): void {
    this.broker(nodeId).start();
  }

  pauseBroker(nodeId: number): void {
    this.broker(nodeId).process.freeze();
  }

  resumeBroker(nodeId: number): void {
    this.broker(nodeId).process.resume();
  }

  /** A broker asks to take part. While its former process still counts as alive, it is put off. */
  register(broker: KafkaBroker): void {
    const { brokers, kernel } = this;
    // The controller of a single broker ends and starts with it, and then knows nothing of the former process.
    const isPutOff = !broker.isFenced && brokers.length > 1;
    if (isPutOff || !this.#reachesController(broker)) {
      broker.process.after(retryMs, () => this.register(broker));
      return;
    }
    broker.lastHeartbeatUs = kernel.nowUs;
    broker.isFenced = false;
    for (const partition of this.partitions) {
      this.#elect(partition);
      if (partition.replicaOn(broker.nodeId) !== undefined) this.#tell(partition, broker);
    }
  }

  /** The leader has something new: its followers fetch it. */
  replicate(partition: Partition, leader: KafkaBroker): void {
    for (const { nodeId } of partition.replicas) {
      if (nodeId !== leader.nodeId) this.#copy(partition, leader, this.broker(nodeId));
    }
  }

  #copy(partition: Partition, leader: KafkaBroker, follower: KafkaBroker): void {
    const key = `${partition.topic}/${partition.index}/${leader.nodeId}/${follower.nodeId}`;
    if (this.#copying.has(key)) return;
    this.#copying.add(key);
    const { network, kernel } = this;
    const isReachable =
      network.reachable(leader.host, follower.host) && network.reachable(follower.host, leader.host);
    const delayUs = isReachable
      ? network.delayUs(leader.host, follower.host) + network.delayUs(follower.host, leader.host)
      : retryMs * 1000;
    kernel.after(delayUs, () => this.#arrive(partition, leader, follower, key), undefined, undefined);
  }

  #arrive(partition: Partition, leader: KafkaBroker, follower: KafkaBroker, key: string): void {
    this.#copying.delete(key);
    const source = partition.replicaOn(leader.nodeId);
    const copy = partition.replicaOn(follower.nodeId);
    if (source === undefined || copy === undefined || !source.isLeader) return;
    const { network } = this;
    const isPossible =
      leader.process.state === 'running' &&
      follower.process.state === 'running' &&
      copy.view.leader === leader.nodeId &&
      copy.view.leaderEpoch === source.view.leaderEpoch &&
      network.reachable(leader.host, follower.host) &&
      network.reachable(follower.host, leader.host);
    if (isPossible) {
      copy.copyFrom(source.log, source.highWatermark);
      source.followerEnds.set(follower.nodeId, copy.endOffset);
      source.behindSinceUs.delete(follower.nodeId);
      source.advance();
      if (!source.view.inSync.includes(follower.nodeId)) this.#join(partition, leader, follower.nodeId);
      return;
    }
    if (!source.behindSinceUs.has(follower.nodeId))
      source.behindSinceUs.set(follower.nodeId, this.kernel.nowUs);
    this.#dropLagging(partition, leader, follower.nodeId);
    if (leader.process.state !== 'dead') this.#copyLater(partition, leader, follower);
  }

  #copyLater(partition: Partition, leader: KafkaBroker, follower: KafkaBroker): void {
    leader.process.after(retryMs, () => this.#copy(partition, leader, follower));
  }

  #join(partition: Partition, leader: KafkaBroker, nodeId: number): void {
    if (!this.#mayChange(partition, leader) || this.broker(nodeId).isFenced) return;
    this.#decide(partition, { ...partition.state, inSync: [...partition.state.inSync, nodeId] });
  }

  #dropLagging(partition: Partition, leader: KafkaBroker, nodeId: number): void {
    const sinceUs = partition.replicaOn(leader.nodeId)?.behindSinceUs.get(nodeId) ?? this.kernel.nowUs;
    const isLate = this.kernel.nowUs - sinceUs >= this.settings.replicaLagTimeMaxMs * 1000;
    if (!isLate || !partition.state.inSync.includes(nodeId) || !this.#mayChange(partition, leader)) return;
    this.#decide(partition, {
      ...partition.state,
      inSync: partition.state.inSync.filter((other) => other !== nodeId),
    });
  }

  /** Only the present leader may change the in-sync set, and only through the controller. */
  #mayChange(partition: Partition, leader: KafkaBroker): boolean {
    return partition.state.leader === leader.nodeId && !leader.isFenced && this.#reachesController(leader);
  }

  static #beat(cluster: KafkaCluster): void {
    const { kernel, settings } = cluster;
    for (const broker of cluster.brokers) {
      if (broker.process.state === 'running' && cluster.#reachesController(broker)) {
        if (!broker.isFenced) broker.lastHeartbeatUs = kernel.nowUs;
        else if (cluster.#isListening(broker)) cluster.register(broker);
      }
      const silentUs = kernel.nowUs - broker.lastHeartbeatUs;
      if (!broker.isFenced && silentUs >= settings.brokerSessionTimeoutMs * 1000) cluster.#fence(broker);
    }
    kernel.after(settings.brokerHeartbeatIntervalMs * 1000, KafkaCluster.#beat, cluster, undefined);
  }

  #isListening(broker: KafkaBroker): boolean {
    return this.network.listenerAt(broker.host, brokerPort) !== undefined;
  }

  #reachesController(broker: KafkaBroker): boolean {
    const all = this.brokers;
    const reached = all.filter(
      (other) =>
        other === broker ||
        (other.process.state === 'running' &&
          this.network.reachable(broker.host, other.host) &&
          this.network.reachable(other.host, broker.host)),
    );
    return reached.length * 2 > all.length;
  }

  #fence(broker: KafkaBroker): void {
    broker.isFenced = true;
    for (const partition of this.partitions) {
      const { inSync } = partition.state;
      if (!inSync.includes(broker.nodeId)) continue;
      const others = inSync.filter((nodeId) => nodeId !== broker.nodeId);
      // The last one stays in the set: without it nobody could ever lead without losing records.
      if (others.length > 0) partition.state = { ...partition.state, inSync: others };
      if (partition.state.leader === broker.nodeId) this.#elect(partition);
      else this.#decide(partition, partition.state);
    }
  }

  /** Leaves a living leader alone; otherwise the first replica that is in sync and alive leads. */
  #elect(partition: Partition): void {
    const { leader, leaderEpoch, inSync } = partition.state;
    if (leader > 0 && !this.broker(leader).isFenced) return;
    const next = partition.replicas.find(
      ({ nodeId }) => inSync.includes(nodeId) && !this.broker(nodeId).isFenced,
    );
    if (next === undefined && leader < 0) return;
    this.#decide(partition, { leader: next?.nodeId ?? -1, leaderEpoch: leaderEpoch + 1, inSync });
  }

  #decide(partition: Partition, state: Partition['state']): void {
    partition.state = state;
    for (const { nodeId } of partition.replicas) this.#tell(partition, this.broker(nodeId));
  }

  /** A broker learns the present state of a partition, when it can be reached and runs. */
  #tell(partition: Partition, broker: KafkaBroker): void {
    const { process } = broker;
    this.kernel.after(metadataDelayUs, () => this.#deliver(partition, broker, process), undefined, undefined);
  }

  #deliver(partition: Partition, broker: KafkaBroker, process: KafkaBroker['process']): void {
    if (!process.alive || process !== broker.process) return;
    if (!this.#reachesController(broker)) {
      process.after(retryMs, () => this.#deliver(partition, broker, process));
      return;
    }
    process.run(() => this.#learn(partition, broker), undefined, undefined);
  }

  #learn(partition: Partition, broker: KafkaBroker): void {
    const replica = partition.replicaOn(broker.nodeId);
    if (replica === undefined) return;
    const { state } = partition;
    replica.follow(state);
    if (partition.topic === offsetsTopic) {
      broker.coordinator.lead(partition, replica.isLeader, state.leaderEpoch);
    }
    if (replica.isLeader) this.replicate(partition, broker);
    else if (state.leader > 0) this.#copy(partition, this.broker(state.leader), broker);
  }
}

function killBroker(broker: KafkaBroker): void {
  broker.kill();
}
