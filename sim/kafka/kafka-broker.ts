import { kafkaErrors } from '../../system/ports/kafka-error.ts';
import type {
  ClusterMetadata,
  Coordinator,
  FetchedPartition,
  FetchedRecord,
  FetchRequest,
  ProduceRequest,
  ProduceResponse,
  TopicSpec,
} from '../../system/ports/kafka.ts';
import type { TopicPartition } from '../../system/ports/kafka-group.ts';
import { HostClock, SimProcess } from '../kernel/index.ts';
import type { Connection } from '../network/index.ts';
import { BrokerSession } from './broker-session.ts';
import { GroupCoordinator } from './group-coordinator.ts';
import type { KafkaCluster } from './kafka-cluster.ts';
import type { Partition } from './partition.ts';
import type { LogEntry, PartitionReplica } from './partition-replica.ts';

export const brokerPort = 9092;

/** One broker: a process on a machine of its own, the replicas on its disk, its connections. */
export class KafkaBroker {
  readonly nodeId: number;
  readonly host: number;
  readonly hostClock: HostClock;
  readonly #cluster: KafkaCluster;
  #process: SimProcess;
  #coordinator: GroupCoordinator;
  #starts = 0;
  /** As the controller sees it. */
  isFenced = true;
  /** When the controller heard of it last. */
  lastHeartbeatUs = 0;

  constructor(cluster: KafkaCluster, nodeId: number) {
    this.#cluster = cluster;
    this.nodeId = nodeId;
    this.host = cluster.network.addHost(this.name);
    this.hostClock = new HostClock(cluster.kernel);
    this.#process = this.#newProcess();
    this.#coordinator = new GroupCoordinator(cluster, this);
    this.#listen();
  }

  get name(): string {
    return `${this.#cluster.name}-${this.nodeId}`;
  }

  get process(): SimProcess {
    return this.#process;
  }

  get coordinator(): GroupCoordinator {
    return this.#coordinator;
  }

  get isRunning(): boolean {
    return this.#process.alive;
  }

  /** kill -9: what was written stays, what waited is gone. */
  kill(): void {
    if (!this.#process.alive) return;
    this.#process.kill();
    this.#cluster.network.closeAllOf(this.#process, this.host);
    for (const { replicas } of this.#cluster.partitions) {
      const replica = replicas.find(({ nodeId }) => nodeId === this.nodeId);
      if (replica === undefined) continue;
      replica.abandon(undefined);
      replica.view = { leader: -1, leaderEpoch: replica.view.leaderEpoch, inSync: [] };
    }
  }

  start(): void {
    if (this.#process.alive) return;
    this.#process = this.#newProcess();
    this.#coordinator = new GroupCoordinator(this.#cluster, this);
    this.#process.after(this.#cluster.settings.brokerStartMs, () => {
      this.#listen();
      this.#cluster.register(this);
    });
  }

  produce(request: ProduceRequest, reply: (answer: ProduceResponse) => void): void {
    const { acks, records } = request;
    const refuse = (errorCode: number): void => reply({ errorCode, baseOffset: -1 });
    const partition = this.#cluster.partition(request.topic, request.partition);
    const replica = partition?.replicaOn(this.nodeId);
    if (partition === undefined) refuse(kafkaErrors.UNKNOWN_TOPIC_OR_PARTITION);
    else if (replica?.isLeader !== true) refuse(kafkaErrors.NOT_LEADER_OR_FOLLOWER);
    else if (acks === -1) {
      this.appendReplicated(
        partition,
        replica,
        records,
        request.replicationTimeoutMs,
        (errorCode, offset) => {
          reply({ errorCode, baseOffset: errorCode === kafkaErrors.NONE ? offset : -1 });
        },
      );
    } else {
      const baseOffset = replica.append(records);
      this.#cluster.replicate(partition, this);
      reply({ errorCode: kafkaErrors.NONE, baseOffset });
    }
  }

  /** Appends, and answers when all in-sync replicas have it: `acks` −1, and what a coordinator does. */
  appendReplicated(
    partition: Partition,
    replica: PartitionReplica,
    payloads: readonly LogEntry['payload'][],
    timeoutMs: number,
    done: (errorCode: number, baseOffset: number) => void,
  ): void {
    if (replica.view.inSync.length < partition.minInSync) {
      done(kafkaErrors.NOT_ENOUGH_REPLICAS, -1);
      return;
    }
    const baseOffset = replica.append(payloads);
    this.#cluster.replicate(partition, this);
    replica.whenReplicated(
      replica.endOffset,
      (expire) => this.#process.after(timeoutMs, expire),
      (errorCode) => done(errorCode, baseOffset),
    );
  }

  fetch({ maxWaitMs, partitions }: FetchRequest, reply: (answer: readonly FetchedPartition[]) => void): void {
    const replicas = partitions.map(({ topic, partition }) =>
      this.#cluster.partition(topic, partition)?.replicaOn(this.nodeId),
    );
    const read = (): readonly FetchedPartition[] =>
      partitions.map((place, index) => readFrom(replicas[index], place));
    const isReady = (answer: readonly FetchedPartition[]): boolean =>
      answer.some(({ records, errorCode }) => records.length > 0 || errorCode !== kafkaErrors.NONE);
    const answer = read();
    if (isReady(answer)) {
      reply(answer);
      return;
    }
    let forget: (() => void)[] = [];
    const finish = (): void => {
      for (const each of forget) each();
      forget = [];
      timer.cancel();
      reply(read());
    };
    const timer = this.#process.after(maxWaitMs, finish);
    const wait = (): void => {
      for (const each of forget) each();
      if (isReady(read())) finish();
      else forget = replicas.map((replica) => replica?.onReadable(wait) ?? (() => undefined));
    };
    wait();
  }

  listOffset(
    place: TopicPartition,
    which: 'earliest' | 'latest',
  ): { readonly errorCode: number; readonly offset: number } {
    const partition = this.#cluster.partition(place.topic, place.partition);
    if (partition === undefined) return { errorCode: kafkaErrors.UNKNOWN_TOPIC_OR_PARTITION, offset: -1 };
    const replica = partition.replicaOn(this.nodeId);
    if (replica?.isLeader !== true) return { errorCode: kafkaErrors.NOT_LEADER_OR_FOLLOWER, offset: -1 };
    return { errorCode: kafkaErrors.NONE, offset: which === 'earliest' ? 0 : replica.highWatermark };
  }

  metadata(topics: readonly string[]): ClusterMetadata {
    return this.#cluster.metadata(topics);
  }

  createTopic(spec: TopicSpec): number {
    return this.#cluster.createTopic(spec);
  }

  findCoordinator(groupId: string): Coordinator {
    const { leader } = this.#cluster.offsetsPartition(groupId).state;
    const broker = this.#cluster.brokers.find(({ nodeId }) => nodeId === leader);
    return broker === undefined
      ? { errorCode: kafkaErrors.COORDINATOR_NOT_AVAILABLE, nodeId: -1, host: '', port: -1 }
      : { errorCode: kafkaErrors.NONE, nodeId: leader, host: broker.name, port: brokerPort };
  }

  #newProcess(): SimProcess {
    return new SimProcess(this.#cluster.kernel, this.name, `${this.name}#${this.#starts++}`, this.hostClock);
  }

  #listen(): void {
    this.#cluster.network.listen(this.host, brokerPort, {
      process: this.#process,
      accept: (connection: Connection) => {
        connection.attachment = new BrokerSession(this, connection);
      },
    });
  }
}

function readFrom(
  replica: PartitionReplica | undefined,
  { topic, partition, offset }: FetchRequest['partitions'][number],
): FetchedPartition {
  const refuse = (errorCode: number): FetchedPartition => ({
    topic,
    partition,
    errorCode,
    highWatermark: -1,
    records: [],
  });
  if (replica === undefined) return refuse(kafkaErrors.UNKNOWN_TOPIC_OR_PARTITION);
  if (!replica.isLeader) return refuse(kafkaErrors.NOT_LEADER_OR_FOLLOWER);
  const { highWatermark, log } = replica;
  if (offset < 0 || offset > log.length) return refuse(kafkaErrors.OFFSET_OUT_OF_RANGE);
  const records: FetchedRecord[] = [];
  for (let at = offset; at < highWatermark; at++) {
    const payload = log[at]?.payload;
    if (payload !== undefined && 'key' in payload) records.push({ ...payload, offset: at });
  }
  return { topic, partition, errorCode: kafkaErrors.NONE, highWatermark, records };
}
