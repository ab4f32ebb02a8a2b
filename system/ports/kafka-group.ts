export interface TopicPartition {
  readonly topic: string;
  readonly partition: number;
}

/** What a member tells the leader of its group when it joins (ConsumerProtocol, version 2). */
export interface GroupSubscription {
  readonly topics: readonly string[];
  /** What it holds at this moment; eager members hold nothing when they join. */
  readonly owned: readonly TopicPartition[];
  /** Generation in which it got them, −1 for none. */
  readonly ownedGenerationId: number;
}

/** One assignor that a member can follow, with what it needs to know. */
export interface GroupProtocol {
  readonly name: string;
  readonly subscription: GroupSubscription;
}

export interface JoinGroupRequest {
  readonly groupId: string;
  readonly sessionTimeoutMs: number;
  /** How long others wait for this member to come back in a rebalance; the client's max poll interval. */
  readonly rebalanceTimeoutMs: number;
  /** Empty at the first join. */
  readonly memberId: string;
  /** Static membership: the name that survives a restart. */
  readonly groupInstanceId?: string;
  /** In order of preference. */
  readonly protocols: readonly GroupProtocol[];
}

export interface JoinedMember {
  readonly memberId: string;
  readonly groupInstanceId: string | undefined;
  readonly subscription: GroupSubscription;
}

export interface JoinGroupResponse {
  readonly errorCode: number;
  /** −1 where the join failed. */
  readonly generationId: number;
  readonly protocolName: string;
  readonly leader: string;
  readonly memberId: string;
  /** Only for the leader. */
  readonly members: readonly JoinedMember[];
}

/** Who speaks for which member of which generation. */
export interface GroupMemberIdentity {
  readonly groupId: string;
  readonly generationId: number;
  readonly memberId: string;
  readonly groupInstanceId?: string;
}

export interface MemberAssignment {
  readonly memberId: string;
  readonly partitions: readonly TopicPartition[];
}

export interface SyncGroupRequest extends GroupMemberIdentity {
  /** Of every member; empty unless the sender leads. */
  readonly assignments: readonly MemberAssignment[];
}

export interface SyncGroupResponse {
  readonly errorCode: number;
  readonly partitions: readonly TopicPartition[];
}

export interface LeavingMember {
  readonly memberId: string;
  readonly groupInstanceId?: string;
}

export interface LeaveGroupResponse {
  readonly errorCode: number;
  readonly members: readonly { readonly memberId: string; readonly errorCode: number }[];
}

export interface CommittedOffset extends TopicPartition {
  /** The next record to read. */
  readonly offset: number;
  readonly metadata: string;
}

export interface OffsetCommitRequest extends GroupMemberIdentity {
  readonly offsets: readonly CommittedOffset[];
}

export interface PartitionResult extends TopicPartition {
  readonly errorCode: number;
}

/** `offset` is −1 where nothing was committed. */
export interface FetchedOffset extends CommittedOffset {
  readonly errorCode: number;
}

export interface OffsetFetchResponse {
  readonly errorCode: number;
  readonly offsets: readonly FetchedOffset[];
}

export type GroupStateName =
  'Dead' | 'Empty' | 'PreparingRebalance' | 'CompletingRebalance' | 'Stable' | 'Unknown';

export interface GroupDescription {
  readonly errorCode: number;
  readonly state: GroupStateName;
  readonly protocolName: string;
  readonly memberIds: readonly string[];
}

/** Requests to the broker that coordinates the group. */
export interface KafkaGroupRequests {
  joinGroup(request: JoinGroupRequest, timeoutMs: number): Promise<JoinGroupResponse>;
  syncGroup(request: SyncGroupRequest, timeoutMs: number): Promise<SyncGroupResponse>;
  /** Resolves to the error code. */
  heartbeat(request: GroupMemberIdentity, timeoutMs: number): Promise<number>;
  leaveGroup(
    groupId: string,
    members: readonly LeavingMember[],
    timeoutMs: number,
  ): Promise<LeaveGroupResponse>;
  commitOffsets(request: OffsetCommitRequest, timeoutMs: number): Promise<readonly PartitionResult[]>;
  fetchOffsets(
    groupId: string,
    partitions: readonly TopicPartition[],
    timeoutMs: number,
  ): Promise<OffsetFetchResponse>;
  describeGroup(groupId: string, timeoutMs: number): Promise<GroupDescription>;
}
