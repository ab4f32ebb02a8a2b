import type { Timer } from '../../system/ports/clock.ts';
import { kafkaErrors } from '../../system/ports/kafka-error.ts';
import type {
  GroupDescription,
  GroupMemberIdentity,
  JoinGroupRequest,
  JoinGroupResponse,
  LeavingMember,
  MemberAssignment,
  SyncGroupRequest,
  TopicPartition,
} from '../../system/ports/kafka-group.ts';
import type { GroupHost } from './group-host.ts';
import { GroupMember, joinFailure, sameProtocols, type JoinReply, type SyncReply } from './group-member.ts';
import type { StoredGeneration } from './group-record.ts';
import { GroupRoster } from './group-roster.ts';

export type GroupState = 'Empty' | 'PreparingRebalance' | 'CompletingRebalance' | 'Stable';

/**
 * One consumer group of the classic protocol, as its coordinator sees it: members, generations, and who waits for what.
 * Answers are given through callbacks, some of them much later. From Kafka's own rules: a rebalance begins when somebody
 * joins, leaves, falls silent or changes what it can do; it waits for all known members, at most for the longest
 * rebalance time-out; who has not come back by then is out, unless it is static; then the leader assigns.
 *
 * Not modelled: protocol types other than `consumer`, the new protocol of KIP-848, deletion and expiry of groups.
 */
export class ConsumerGroup {
  readonly groupId: string;
  readonly #host: GroupHost;
  #state: GroupState = 'Empty';
  #isInitial = false;
  #newMemberAdded = false;
  #generationId = 0;
  #protocolName = '';
  readonly #members = new GroupRoster();
  /** Ids given out to clients that have not joined with them yet. */
  readonly #pendingJoins = new Map<string, Timer>();
  readonly #pendingSyncs = new Set<string>();
  #joinTimer: Timer | undefined;
  #syncTimer: Timer | undefined;

  constructor(groupId: string, host: GroupHost) {
    this.groupId = groupId;
    this.#host = host;
  }

  /** As a coordinator finds it in the offsets topic: stable if it has members, each with a whole session time-out to go. */
  static restored(groupId: string, host: GroupHost, stored: StoredGeneration): ConsumerGroup {
    const group = new ConsumerGroup(groupId, host);
    group.#generationId = stored.generationId;
    group.#protocolName = stored.protocolName;
    group.#members.leaderId = stored.leaderId;
    group.#state = stored.members.length === 0 ? 'Empty' : 'Stable';
    for (const each of stored.members) {
      const member = GroupMember.restored(each);
      group.#members.add(member);
      group.#restartSession(member);
    }
    return group;
  }

  get state(): GroupState {
    return this.#state;
  }

  describe(): GroupDescription {
    return {
      errorCode: kafkaErrors.NONE,
      state: this.#state,
      protocolName: this.#state === 'Stable' ? this.#protocolName : '',
      memberIds: this.#members.all().map(({ memberId }) => memberId),
    };
  }

  join(request: JoinGroupRequest, clientId: string, reply: JoinReply): void {
    const { memberId } = request;
    if (!this.#hasRoom(memberId)) {
      this.#remove(memberId);
      reply(joinFailure(kafkaErrors.GROUP_MAX_SIZE_REACHED, ''));
    } else if (!this.#supports(request)) {
      reply(joinFailure(kafkaErrors.INCONSISTENT_GROUP_PROTOCOL, memberId));
    } else if (memberId === '') this.#joinUnknown(request, clientId, reply);
    else if (this.#pendingJoins.has(memberId)) this.#admit(memberId, request, clientId, reply);
    else this.#joinKnown(request, reply);
  }

  sync(request: SyncGroupRequest, reply: SyncReply): void {
    const refusal = this.#refusal(request);
    const member = this.#members.get(request.memberId);
    if (refusal !== kafkaErrors.NONE || member === undefined) {
      reply({ errorCode: refusal, partitions: [] });
      return;
    }
    switch (this.#state) {
      case 'Empty':
        reply({ errorCode: kafkaErrors.UNKNOWN_MEMBER_ID, partitions: [] });
        return;
      case 'PreparingRebalance':
        reply({ errorCode: kafkaErrors.REBALANCE_IN_PROGRESS, partitions: [] });
        return;
      case 'CompletingRebalance':
        member.syncReply = reply;
        this.#synced(member.memberId);
        if (member.memberId === this.#members.leaderId) this.#store(request.assignments);
        return;
      case 'Stable':
        this.#synced(member.memberId);
        reply({ errorCode: kafkaErrors.NONE, partitions: member.assignment });
        return;
    }
  }

  heartbeat(identity: GroupMemberIdentity): number {
    const refusal = this.#refusal(identity);
    const member = this.#members.get(identity.memberId);
    if (refusal !== kafkaErrors.NONE || member === undefined) return refusal;
    switch (this.#state) {
      case 'Empty':
        return kafkaErrors.UNKNOWN_MEMBER_ID;
      case 'PreparingRebalance':
        this.#restartSession(member);
        return kafkaErrors.REBALANCE_IN_PROGRESS;
      case 'CompletingRebalance':
      case 'Stable':
        this.#restartSession(member);
        return kafkaErrors.NONE;
    }
  }

  /** Returns the error code of each. */
  leave(members: readonly LeavingMember[]): readonly number[] {
    const codes = members.map((member) => this.#leaveOne(member));
    if (codes.includes(kafkaErrors.NONE)) this.#rebalanceWithoutGone();
    return codes;
  }

  /** Whether an offset may be committed; where it may, the commit counts as a heartbeat. */
  acceptCommit(identity: GroupMemberIdentity): number {
    const { generationId, memberId, groupInstanceId } = identity;
    if (generationId < 0 && this.#state === 'Empty') return kafkaErrors.NONE;
    if (generationId < 0 && memberId === '' && groupInstanceId === undefined) {
      return kafkaErrors.UNKNOWN_MEMBER_ID;
    }
    const refusal = this.#host.mutations.commitsUnfenced ? kafkaErrors.NONE : this.#refusal(identity);
    if (refusal !== kafkaErrors.NONE) return refusal;
    if (this.#state === 'CompletingRebalance') return kafkaErrors.REBALANCE_IN_PROGRESS;
    const member = this.#members.get(memberId);
    if (member !== undefined && !this.#host.mutations.commitsNoHeartbeat) this.#restartSession(member);
    return kafkaErrors.NONE;
  }

  /** The coordinator gives the group away: whoever waits has to look for the new one. */
  abandon(): void {
    for (const timer of this.#pendingJoins.values()) timer.cancel();
    this.#joinTimer?.cancel();
    this.#syncTimer?.cancel();
    for (const member of this.#members.all()) {
      member.session?.cancel();
      member.answerJoin(joinFailure(kafkaErrors.NOT_COORDINATOR, member.memberId));
      member.answerSync(kafkaErrors.NOT_COORDINATOR);
    }
  }

  #hasRoom(memberId: string): boolean {
    const most = this.#host.settings.groupMaxSize;
    switch (this.#state) {
      case 'Empty':
        return true;
      case 'PreparingRebalance':
        return this.#members.get(memberId)?.joinReply !== undefined || this.#members.awaitingJoin < most;
      case 'CompletingRebalance':
      case 'Stable':
        return this.#members.has(memberId) || this.#members.size < most;
    }
  }

  #supports({ protocols }: JoinGroupRequest): boolean {
    if (this.#state === 'Empty' || this.#members.size === 0) return protocols.length > 0;
    const common = this.#members.commonProtocols();
    return protocols.some(({ name }) => common.includes(name));
  }

  #joinUnknown(request: JoinGroupRequest, clientId: string, reply: JoinReply): void {
    const { groupInstanceId } = request;
    const memberId = this.#host.newMemberId(groupInstanceId ?? clientId);
    if (groupInstanceId === undefined && !this.#host.mutations.memberIdNotRequired) {
      const timer = this.#host.clock.after(request.sessionTimeoutMs, () => {
        this.#pendingJoins.delete(memberId);
        this.#completeWithoutSilent();
      });
      this.#pendingJoins.set(memberId, timer);
      reply(joinFailure(kafkaErrors.MEMBER_ID_REQUIRED, memberId));
      return;
    }
    const formerId = this.#host.mutations.staticNotReplaced
      ? undefined
      : this.#members.holderOf(groupInstanceId);
    const former = formerId === undefined ? undefined : this.#members.get(formerId);
    if (former === undefined) this.#admit(memberId, request, clientId, reply);
    else this.#replaceStatic(former, memberId, request, reply);
  }

  #admit(memberId: string, request: JoinGroupRequest, clientId: string, reply: JoinReply): void {
    const member = new GroupMember(memberId, clientId, request);
    member.isNew = true;
    if (this.#state === 'PreparingRebalance' && this.#isInitial) this.#newMemberAdded = true;
    this.#pendingJoins.get(memberId)?.cancel();
    this.#pendingJoins.delete(memberId);
    this.#members.add(member);
    member.joinReply = reply;
    this.#restartSession(member, this.#host.settings.newMemberJoinTimeoutMs);
    this.#rebalance();
  }

  #joinKnown(request: JoinGroupRequest, reply: JoinReply): void {
    const { memberId } = request;
    const refusal = this.#members.refusalOf(memberId, request.groupInstanceId);
    const member = this.#members.get(memberId);
    if (refusal !== kafkaErrors.NONE || member === undefined) {
      reply(joinFailure(refusal, memberId));
      return;
    }
    const isLeader = memberId === this.#members.leaderId;
    const isSame = sameProtocols(member.protocols, request.protocols);
    switch (this.#state) {
      case 'Empty':
        reply(joinFailure(kafkaErrors.UNKNOWN_MEMBER_ID, memberId));
        return;
      case 'PreparingRebalance':
        break;
      case 'CompletingRebalance':
        if (!isSame) break;
        reply(this.#generation(memberId, isLeader));
        return;
      case 'Stable':
        if ((isLeader && !this.#host.mutations.leaderRejoinIgnored) || !isSame) break;
        reply(this.#generation(memberId, false));
        return;
    }
    member.update(request, reply);
    this.#rebalance();
  }

  /** A static member came back under a new id: who still speaks under the old one is fenced. */
  #replaceStatic(former: GroupMember, memberId: string, request: JoinGroupRequest, reply: JoinReply): void {
    const formerLeader = this.#members.leaderId ?? '';
    former.answerJoin(joinFailure(kafkaErrors.FENCED_INSTANCE_ID, former.memberId));
    former.answerSync(kafkaErrors.FENCED_INSTANCE_ID);
    former.session?.cancel();
    const member = new GroupMember(memberId, former.clientId, request);
    member.assignment = former.assignment;
    this.#members.replace(former, member);
    this.#restartSession(member);
    member.joinReply = reply;
    switch (this.#state) {
      case 'Stable':
        if (this.#members.electProtocol() !== this.#protocolName) {
          this.#rebalance();
          return;
        }
        this.#host.persist(this.groupId, this.#stored(), (errorCode) => {
          const answer = this.#generation(memberId, false);
          member.answerJoin(
            errorCode === kafkaErrors.NONE
              ? { ...answer, leader: formerLeader }
              : { ...answer, errorCode, memberId: '' },
          );
        });
        return;
      case 'CompletingRebalance':
        this.#rebalance();
        return;
      case 'PreparingRebalance':
        this.#completeIfAllJoined();
        return;
      case 'Empty':
        return;
    }
  }

  #leaveOne({ memberId, groupInstanceId }: LeavingMember): number {
    if (memberId === '') {
      const id = this.#members.holderOf(groupInstanceId);
      if (id === undefined) return kafkaErrors.UNKNOWN_MEMBER_ID;
      this.#dismiss(id);
      return kafkaErrors.NONE;
    }
    if (this.#pendingJoins.has(memberId)) {
      this.#remove(memberId);
      return kafkaErrors.NONE;
    }
    const refusal = this.#members.refusalOf(memberId, groupInstanceId);
    if (refusal === kafkaErrors.NONE) this.#dismiss(memberId);
    return refusal;
  }

  #dismiss(memberId: string): void {
    const member = this.#members.get(memberId);
    if (member !== undefined) member.answerJoin(joinFailure(kafkaErrors.UNKNOWN_MEMBER_ID, ''));
    this.#remove(memberId);
  }

  #rebalanceWithoutGone(): void {
    switch (this.#state) {
      case 'Stable':
      case 'CompletingRebalance':
        this.#rebalance();
        return;
      case 'PreparingRebalance':
        this.#completeIfAllJoined();
        return;
      case 'Empty':
        return;
    }
  }

  #rebalance(): void {
    if (this.#state === 'PreparingRebalance') {
      this.#completeIfAllJoined();
      return;
    }
    if (this.#state === 'CompletingRebalance') this.#propagate(kafkaErrors.REBALANCE_IN_PROGRESS);
    this.#pendingSyncs.clear();
    this.#syncTimer?.cancel();
    this.#isInitial = this.#state === 'Empty';
    this.#state = 'PreparingRebalance';
    if (this.#isInitial) this.#waitForOthers();
    else if (this.#allJoined()) this.#completeJoin();
    else this.#startJoinTimer(this.#members.rebalanceTimeoutMs, () => this.#completeJoin());
  }

  #waitForOthers(): void {
    const { mutations, settings } = this.#host;
    const delayMs = mutations.initialWaitSkipped ? 0 : settings.groupInitialRebalanceDelayMs;
    const remainingMs = Math.max(this.#members.rebalanceTimeoutMs - delayMs, 0);
    this.#startJoinTimer(delayMs, () => this.#initialWaitOver(delayMs, remainingMs));
  }

  /** Each wait in which somebody new came is followed by another one, up to the rebalance time-out. */
  #initialWaitOver(delayMs: number, remainingMs: number): void {
    if (!this.#newMemberAdded || remainingMs === 0) {
      this.#completeJoin();
      return;
    }
    this.#newMemberAdded = false;
    const nextMs = Math.min(this.#host.settings.groupInitialRebalanceDelayMs, remainingMs);
    this.#startJoinTimer(nextMs, () => this.#initialWaitOver(nextMs, Math.max(remainingMs - delayMs, 0)));
  }

  #startJoinTimer(delayMs: number, callback: () => void): void {
    this.#joinTimer?.cancel();
    this.#joinTimer = this.#host.clock.after(delayMs, callback);
  }

  #completeIfAllJoined(): void {
    if (this.#state === 'PreparingRebalance' && !this.#isInitial && this.#allJoined()) this.#completeJoin();
  }

  /** Unlike a leave, a time-out ends even the wait for the first members of a group. */
  #completeWithoutSilent(): void {
    if (this.#state === 'PreparingRebalance' && this.#allJoined()) this.#completeJoin();
  }

  #allJoined(): boolean {
    return this.#pendingJoins.size === 0 && this.#members.awaitingJoin === this.#members.size;
  }

  #completeJoin(): void {
    this.#joinTimer?.cancel();
    for (const member of this.#members.all()) {
      if (this.#isStraggler(member)) this.#remove(member.memberId);
    }
    if (this.#members.size > 0 && !this.#members.electJoinedLeader()) {
      this.#startJoinTimer(this.#members.rebalanceTimeoutMs, () => this.#completeJoin());
      return;
    }
    if (!this.#host.mutations.generationStandsStill) this.#generationId++;
    this.#pendingSyncs.clear();
    if (this.#members.size === 0) {
      this.#protocolName = '';
      this.#state = 'Empty';
      this.#host.persist(this.groupId, this.#stored(), () => undefined);
      return;
    }
    this.#protocolName = this.#members.electProtocol();
    this.#state = 'CompletingRebalance';
    for (const member of this.#members.all()) {
      member.answerJoin(this.#generation(member.memberId, member.memberId === this.#members.leaderId));
      this.#restartSession(member);
      member.isNew = false;
      this.#pendingSyncs.add(member.memberId);
    }
    const generationId = this.#generationId;
    this.#syncTimer = this.#host.clock.after(this.#members.rebalanceTimeoutMs, () => {
      if (generationId === this.#generationId) this.#expelUnsynced();
    });
  }

  /** Static members may take their time: only their session can end. */
  #isStraggler(member: GroupMember): boolean {
    return (
      member.joinReply === undefined &&
      member.groupInstanceId === undefined &&
      !this.#host.mutations.stragglersKept
    );
  }

  #expelUnsynced(): void {
    if (this.#pendingSyncs.size === 0) return;
    for (const memberId of Array.from(this.#pendingSyncs)) this.#remove(memberId);
    this.#rebalance();
  }

  #store(assignments: readonly MemberAssignment[]): void {
    const generationId = this.#generationId;
    const byMember = new Map(assignments.map(({ memberId, partitions }) => [memberId, partitions]));
    this.#host.persist(this.groupId, this.#stored(byMember), (errorCode) => {
      if (this.#state !== 'CompletingRebalance' || generationId !== this.#generationId) return;
      if (errorCode !== kafkaErrors.NONE) {
        this.#propagate(errorCode);
        this.#rebalance();
        return;
      }
      for (const member of this.#members.all()) member.assignment = byMember.get(member.memberId) ?? [];
      this.#propagate(kafkaErrors.NONE);
      this.#state = 'Stable';
    });
  }

  #propagate(errorCode: number): void {
    for (const member of this.#members.all()) {
      if (errorCode !== kafkaErrors.NONE) member.assignment = [];
      if (member.answerSync(errorCode)) this.#restartSession(member);
    }
  }

  #stored(assignments?: ReadonlyMap<string, readonly TopicPartition[]>): StoredGeneration {
    return {
      generationId: this.#generationId,
      protocolName: this.#protocolName,
      leaderId: this.#members.leaderId,
      members: this.#members.all().map((member) => ({
        ...member.stored(this.#protocolName),
        ...(assignments === undefined ? {} : { assignment: assignments.get(member.memberId) ?? [] }),
      })),
    };
  }

  #generation(memberId: string, withMembers: boolean): JoinGroupResponse {
    return {
      errorCode: kafkaErrors.NONE,
      generationId: this.#generationId,
      protocolName: this.#protocolName,
      leader: this.#members.leaderId ?? '',
      memberId,
      members: withMembers
        ? this.#members.all().map((member) => ({
            memberId: member.memberId,
            groupInstanceId: member.groupInstanceId,
            subscription: member.protocolNamed(this.#protocolName).subscription,
          }))
        : [],
    };
  }

  #refusal({ memberId, groupInstanceId, generationId }: GroupMemberIdentity): number {
    const refusal = this.#members.refusalOf(memberId, groupInstanceId);
    if (refusal !== kafkaErrors.NONE) return refusal;
    return generationId === this.#generationId ? kafkaErrors.NONE : kafkaErrors.ILLEGAL_GENERATION;
  }

  #remove(memberId: string): void {
    this.#pendingJoins.get(memberId)?.cancel();
    this.#pendingJoins.delete(memberId);
    this.#pendingSyncs.delete(memberId);
    const member = this.#members.get(memberId);
    if (member === undefined) return;
    member.session?.cancel();
    this.#members.remove(member);
  }

  #synced(memberId: string): void {
    this.#pendingSyncs.delete(memberId);
    if (this.#pendingSyncs.size === 0) this.#syncTimer?.cancel();
  }

  #restartSession(member: GroupMember, timeoutMs: number = member.sessionTimeoutMs): void {
    member.session?.cancel();
    member.session = this.#host.clock.after(timeoutMs, () => {
      if (member.isExcused || this.#host.mutations.sessionsNeverEnd) return;
      member.answerJoin(joinFailure(kafkaErrors.UNKNOWN_MEMBER_ID, ''));
      this.#remove(member.memberId);
      if (this.#state === 'PreparingRebalance') this.#completeWithoutSilent();
      else this.#rebalanceWithoutGone();
    });
  }
}
