import { kafkaErrors } from '../../system/ports/kafka-error.ts';
import type {
  CommittedOffset,
  FetchedOffset,
  GroupDescription,
  GroupMemberIdentity,
  JoinGroupRequest,
  LeaveGroupResponse,
  LeavingMember,
  OffsetCommitRequest,
  OffsetFetchResponse,
  PartitionResult,
  SyncGroupRequest,
  TopicPartition,
} from '../../system/ports/kafka-group.ts';
import type { RandomStream } from '../kernel/index.ts';
import { ConsumerGroup } from './consumer-group.ts';
import type { GroupHost } from './group-host.ts';
import { joinFailure, type JoinReply, type SyncReply } from './group-member.ts';
import type { GroupRecord, StoredGeneration } from './group-record.ts';
import type { KafkaBroker } from './kafka-broker.ts';
import type { KafkaCluster } from './kafka-cluster.ts';
import type { Partition } from './partition.ts';

/** The groups of one partition of the offsets topic, while its leader is here. */
interface Shard {
  isLoaded: boolean;
  readonly leaderEpoch: number;
  readonly groups: Map<string, ConsumerGroup>;
  readonly offsets: Map<string, CommittedOffset>;
}

const encoder = new TextEncoder();

/**
 * The group coordinator of one broker: it serves the groups whose partition of the offsets topic it leads, and finds
 * them there again after a move. What it answers is in that partition on all in-sync replicas first.
 */
export class GroupCoordinator implements GroupHost {
  readonly clock: KafkaBroker['process'];
  readonly settings: KafkaCluster['settings'];
  readonly mutations: KafkaCluster['mutations'];
  readonly #cluster: KafkaCluster;
  readonly #broker: KafkaBroker;
  readonly #random: RandomStream;
  readonly #shards = new Map<number, Shard>();

  constructor(cluster: KafkaCluster, broker: KafkaBroker) {
    this.#cluster = cluster;
    this.#broker = broker;
    this.clock = broker.process;
    this.settings = cluster.settings;
    this.mutations = cluster.mutations;
    this.#random = cluster.kernel.stream('kafka-coordinator', broker.process.uid);
  }

  /** The broker has heard who leads a partition of the offsets topic. */
  lead(partition: Partition, isLeader: boolean, leaderEpoch: number): void {
    const shard = this.#shards.get(partition.index);
    if (shard !== undefined && (!isLeader || shard.leaderEpoch !== leaderEpoch)) {
      this.#shards.delete(partition.index);
      for (const group of shard.groups.values()) group.abandon();
    }
    if (!isLeader || this.#shards.has(partition.index)) return;
    const fresh: Shard = { isLoaded: false, leaderEpoch, groups: new Map(), offsets: new Map() };
    this.#shards.set(partition.index, fresh);
    this.clock.after(this.settings.coordinatorLoadMs, () => {
      if (this.#shards.get(partition.index) === fresh) this.#load(partition, fresh);
    });
  }

  join(request: JoinGroupRequest, clientId: string, reply: JoinReply): void {
    const { groupId, memberId, sessionTimeoutMs } = request;
    const refuse = (errorCode: number): void => reply(joinFailure(errorCode, memberId));
    if (groupId === '') {
      refuse(kafkaErrors.INVALID_GROUP_ID);
      return;
    }
    const shard = this.#shardOf(groupId);
    if (typeof shard === 'number') {
      refuse(shard);
      return;
    }
    const { groupMinSessionTimeoutMs, groupMaxSessionTimeoutMs } = this.settings;
    if (sessionTimeoutMs < groupMinSessionTimeoutMs || sessionTimeoutMs > groupMaxSessionTimeoutMs) {
      refuse(kafkaErrors.INVALID_SESSION_TIMEOUT);
      return;
    }
    let group = shard.groups.get(groupId);
    if (group === undefined) {
      if (memberId !== '') {
        refuse(kafkaErrors.UNKNOWN_MEMBER_ID);
        return;
      }
      group = new ConsumerGroup(groupId, this);
      shard.groups.set(groupId, group);
    }
    group.join(request, clientId, reply);
  }

  sync(request: SyncGroupRequest, reply: SyncReply): void {
    const group = this.#groupOf(request.groupId);
    if (typeof group === 'number') reply({ errorCode: group, partitions: [] });
    else group.sync(request, reply);
  }

  heartbeat(identity: GroupMemberIdentity): number {
    const group = this.#groupOf(identity.groupId);
    return typeof group === 'number' ? group : group.heartbeat(identity);
  }

  leave(groupId: string, members: readonly LeavingMember[]): LeaveGroupResponse {
    const group = this.#groupOf(groupId);
    if (typeof group === 'number' && group !== kafkaErrors.UNKNOWN_MEMBER_ID) {
      return { errorCode: group, members: [] };
    }
    const codes = typeof group === 'number' ? members.map(() => group) : group.leave(members);
    return {
      errorCode: kafkaErrors.NONE,
      members: members.map(({ memberId }, index) => ({
        memberId,
        errorCode: codes[index] ?? kafkaErrors.UNKNOWN_MEMBER_ID,
      })),
    };
  }

  describe(groupId: string): GroupDescription {
    const group = this.#groupOf(groupId);
    if (typeof group !== 'number') return group.describe();
    const errorCode = group === kafkaErrors.UNKNOWN_MEMBER_ID ? kafkaErrors.NONE : group;
    return {
      errorCode,
      state: errorCode === kafkaErrors.NONE ? 'Dead' : 'Unknown',
      protocolName: '',
      memberIds: [],
    };
  }

  commit(request: OffsetCommitRequest, reply: (answer: readonly PartitionResult[]) => void): void {
    const { groupId, offsets } = request;
    const results = offsets.map((each) => ({
      topic: each.topic,
      partition: each.partition,
      errorCode: this.#refusalOf(each),
    }));
    const valid = offsets.filter((_, index) => results[index]?.errorCode === kafkaErrors.NONE);
    // Partitions that do not exist are answered before the group is asked: such a commit is no sign of life.
    if (results.every(({ errorCode }) => errorCode === kafkaErrors.UNKNOWN_TOPIC_OR_PARTITION)) {
      reply(results);
      return;
    }
    const answer = (code: number): void => {
      reply(
        results.map((result) =>
          result.errorCode === kafkaErrors.NONE ? { ...result, errorCode: code } : result,
        ),
      );
    };
    if (groupId === '') {
      answer(kafkaErrors.INVALID_GROUP_ID);
      return;
    }
    const shard = this.#shardOf(groupId);
    if (typeof shard === 'number') {
      answer(shard);
      return;
    }
    const group = shard.groups.get(groupId);
    if (group === undefined) {
      if (request.generationId >= 0) {
        answer(kafkaErrors.ILLEGAL_GENERATION);
        return;
      }
      shard.groups.set(groupId, new ConsumerGroup(groupId, this));
    } else {
      const refusal = group.acceptCommit(request);
      if (refusal !== kafkaErrors.NONE) {
        answer(refusal);
        return;
      }
    }
    if (valid.length === 0) {
      answer(kafkaErrors.NONE);
      return;
    }
    this.#write(groupId, { kind: 'offsets', groupId, offsets: valid }, (errorCode) => {
      if (errorCode === kafkaErrors.NONE) remember(shard, groupId, valid);
      answer(errorCode);
    });
  }

  fetchOffsets(groupId: string, partitions: readonly TopicPartition[]): OffsetFetchResponse {
    const shard = this.#shardOf(groupId);
    const offsets = partitions.map((place): FetchedOffset => {
      const known = typeof shard === 'number' ? undefined : shard.offsets.get(offsetKey(groupId, place));
      return {
        topic: place.topic,
        partition: place.partition,
        offset: known?.offset ?? -1,
        metadata: known?.metadata ?? '',
        errorCode: typeof shard === 'number' ? shard : kafkaErrors.NONE,
      };
    });
    return { errorCode: typeof shard === 'number' ? shard : kafkaErrors.NONE, offsets };
  }

  newMemberId(prefix: string): string {
    const digits = Array.from({ length: 4 }, () => this.#random.uint32().toString(16).padStart(8, '0')).join(
      '',
    );
    const parts = [0, 8, 12, 16, 20].map((start, index, starts) => digits.slice(start, starts[index + 1]));
    return `${prefix}-${parts.join('-')}`;
  }

  persist(groupId: string, generation: StoredGeneration, done: (errorCode: number) => void): void {
    this.#write(groupId, { kind: 'generation', groupId, generation }, done);
  }

  #refusalOf({ topic, partition, metadata }: CommittedOffset): number {
    if (this.#cluster.partition(topic, partition) === undefined) {
      return kafkaErrors.UNKNOWN_TOPIC_OR_PARTITION;
    }
    return encoder.encode(metadata).length > this.settings.offsetMetadataMaxBytes
      ? kafkaErrors.OFFSET_METADATA_TOO_LARGE
      : kafkaErrors.NONE;
  }

  #shardOf(groupId: string): Shard | number {
    const shard = this.#shards.get(this.#cluster.offsetsPartition(groupId).index);
    if (shard === undefined) return kafkaErrors.NOT_COORDINATOR;
    return shard.isLoaded ? shard : kafkaErrors.COORDINATOR_LOAD_IN_PROGRESS;
  }

  #groupOf(groupId: string): ConsumerGroup | number {
    const shard = this.#shardOf(groupId);
    if (typeof shard === 'number') return shard;
    return shard.groups.get(groupId) ?? kafkaErrors.UNKNOWN_MEMBER_ID;
  }

  /** Errors of the log as the clients of groups get them. */
  #write(groupId: string, record: GroupRecord, done: (errorCode: number) => void): void {
    const partition = this.#cluster.offsetsPartition(groupId);
    const replica = partition.replicaOn(this.#broker.nodeId);
    if (replica?.isLeader !== true) {
      done(kafkaErrors.NOT_COORDINATOR);
      return;
    }
    const { offsetsCommitTimeoutMs } = this.settings;
    this.#broker.appendReplicated(partition, replica, [record], offsetsCommitTimeoutMs, (errorCode) => {
      switch (errorCode) {
        case kafkaErrors.NONE:
          done(kafkaErrors.NONE);
          return;
        case kafkaErrors.NOT_LEADER_OR_FOLLOWER:
          done(kafkaErrors.NOT_COORDINATOR);
          return;
        default:
          done(kafkaErrors.COORDINATOR_NOT_AVAILABLE);
      }
    });
  }

  #load(partition: Partition, shard: Shard): void {
    const generations = new Map<string, StoredGeneration>();
    for (const { payload } of partition.replicaOn(this.#broker.nodeId)?.log ?? []) {
      if (!('kind' in payload)) continue;
      switch (payload.kind) {
        case 'generation':
          if (!this.mutations.membersForgotten) generations.set(payload.groupId, payload.generation);
          break;
        case 'offsets':
          if (!this.mutations.offsetsForgotten) remember(shard, payload.groupId, payload.offsets);
          break;
      }
    }
    for (const [groupId, generation] of generations) {
      shard.groups.set(groupId, ConsumerGroup.restored(groupId, this, generation));
    }
    shard.isLoaded = true;
  }
}

function offsetKey(groupId: string, { topic, partition }: TopicPartition): string {
  return `${groupId}\u0000${topic}\u0000${partition}`;
}

function remember(shard: Shard, groupId: string, offsets: readonly CommittedOffset[]): void {
  for (const offset of offsets) shard.offsets.set(offsetKey(groupId, offset), offset);
}
