import type {
  FetchedOffset,
  GroupDescription,
  GroupMemberIdentity,
  GroupStateName,
  JoinGroupRequest,
  JoinGroupResponse,
  KafkaGroupRequests,
  LeaveGroupResponse,
  LeavingMember,
  OffsetCommitRequest,
  OffsetFetchResponse,
  PartitionResult,
  SyncGroupRequest,
  SyncGroupResponse,
  TopicPartition,
} from '../../ports/kafka-group.ts';
import { PortError } from '../../ports/errors.ts';
import type { BrokerSocket } from './broker-socket.ts';
import {
  byTopic,
  decodeAssignment,
  decodeSubscription,
  encodeAssignment,
  encodeSubscription,
  readByTopic,
  writePartitions,
} from './consumer-protocol.ts';
import { WireWriter } from './wire-writer.ts';

/** The newest versions before the compact encodings; brokers of 2.4 to 4.1 know them all. */
const kinds = {
  commitOffsets: { apiKey: 8, apiVersion: 7 },
  fetchOffsets: { apiKey: 9, apiVersion: 5 },
  joinGroup: { apiKey: 11, apiVersion: 5 },
  heartbeat: { apiKey: 12, apiVersion: 3 },
  leaveGroup: { apiKey: 13, apiVersion: 3 },
  syncGroup: { apiKey: 14, apiVersion: 3 },
  describeGroup: { apiKey: 15, apiVersion: 2 },
} as const;

const groupStates: readonly GroupStateName[] = [
  'Dead',
  'Empty',
  'PreparingRebalance',
  'CompletingRebalance',
  'Stable',
];

/** The requests of consumer groups (classic protocol) on one connection. */
export class GroupRequests implements KafkaGroupRequests {
  readonly #socket: BrokerSocket;

  constructor(socket: BrokerSocket) {
    this.#socket = socket;
  }

  async joinGroup(request: JoinGroupRequest, timeoutMs: number): Promise<JoinGroupResponse> {
    const body = new WireWriter()
      .string(request.groupId)
      .int32(request.sessionTimeoutMs)
      .int32(request.rebalanceTimeoutMs)
      .string(request.memberId)
      .nullableString(request.groupInstanceId)
      .string('consumer');
    body.array(request.protocols, ({ name, subscription }) => {
      body.string(name).bytes(encodeSubscription(subscription));
    });
    const answer = await this.#socket.request(kinds.joinGroup, body, timeoutMs);
    answer.int32();
    return {
      errorCode: answer.int16(),
      generationId: answer.int32(),
      protocolName: answer.string(),
      leader: answer.string(),
      memberId: answer.string(),
      members: answer.array(() => ({
        memberId: answer.string(),
        groupInstanceId: answer.nullableString(),
        subscription: decodeSubscription(answer.bytes()),
      })),
    };
  }

  async syncGroup(request: SyncGroupRequest, timeoutMs: number): Promise<SyncGroupResponse> {
    const body = identity(request);
    body.array(request.assignments, ({ memberId, partitions }) => {
      body.string(memberId).bytes(encodeAssignment(partitions));
    });
    const answer = await this.#socket.request(kinds.syncGroup, body, timeoutMs);
    answer.int32();
    return { errorCode: answer.int16(), partitions: decodeAssignment(answer.bytes()) };
  }

  async heartbeat(request: GroupMemberIdentity, timeoutMs: number): Promise<number> {
    const answer = await this.#socket.request(kinds.heartbeat, identity(request), timeoutMs);
    answer.int32();
    return answer.int16();
  }

  async leaveGroup(
    groupId: string,
    members: readonly LeavingMember[],
    timeoutMs: number,
  ): Promise<LeaveGroupResponse> {
    const body = new WireWriter().string(groupId);
    body.array(members, ({ memberId, groupInstanceId }) => {
      body.string(memberId).nullableString(groupInstanceId);
    });
    const answer = await this.#socket.request(kinds.leaveGroup, body, timeoutMs);
    answer.int32();
    return {
      errorCode: answer.int16(),
      members: answer.array(() => {
        const memberId = answer.string();
        answer.nullableString();
        return { memberId, errorCode: answer.int16() };
      }),
    };
  }

  async commitOffsets(request: OffsetCommitRequest, timeoutMs: number): Promise<readonly PartitionResult[]> {
    const body = identity(request);
    body.array(byTopic(request.offsets), ([topic, offsets]) => {
      body.string(topic).array(offsets, ({ partition, offset, metadata }) => {
        body.int32(partition).int64(offset).int32(-1).nullableString(metadata);
      });
    });
    const answer = await this.#socket.request(kinds.commitOffsets, body, timeoutMs);
    answer.int32();
    return readByTopic(answer, (topic) => ({ topic, partition: answer.int32(), errorCode: answer.int16() }));
  }

  async fetchOffsets(
    groupId: string,
    partitions: readonly TopicPartition[],
    timeoutMs: number,
  ): Promise<OffsetFetchResponse> {
    const body = new WireWriter().string(groupId);
    writePartitions(body, partitions);
    const answer = await this.#socket.request(kinds.fetchOffsets, body, timeoutMs);
    answer.int32();
    const offsets = readByTopic(answer, (topic): FetchedOffset => {
      const partition = answer.int32();
      const offset = answer.int64();
      answer.int32();
      return { topic, partition, offset, metadata: answer.string(), errorCode: answer.int16() };
    });
    return { errorCode: answer.int16(), offsets };
  }

  async describeGroup(groupId: string, timeoutMs: number): Promise<GroupDescription> {
    const body = new WireWriter();
    body.array([groupId], (name) => body.string(name));
    const answer = await this.#socket.request(kinds.describeGroup, body, timeoutMs);
    answer.int32();
    const [description] = answer.array((): GroupDescription => {
      const errorCode = answer.int16();
      answer.string();
      const state = answer.string();
      answer.string();
      const protocolName = answer.string();
      const memberIds = answer.array(() => {
        const memberId = answer.string();
        answer.string();
        answer.string();
        answer.bytes();
        answer.bytes();
        return memberId;
      });
      return {
        errorCode,
        state: groupStates.find((name) => name === state) ?? 'Unknown',
        protocolName,
        memberIds,
      };
    });
    if (description === undefined) throw new PortError('the broker described no group', 'invalid');
    return description;
  }
}

function identity({ groupId, generationId, memberId, groupInstanceId }: GroupMemberIdentity): WireWriter {
  return new WireWriter()
    .string(groupId)
    .int32(generationId)
    .string(memberId)
    .nullableString(groupInstanceId);
}
