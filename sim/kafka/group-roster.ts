import { kafkaErrors } from '../../system/ports/kafka-error.ts';
import { hashText } from '../kernel/index.ts';
import { commonProtocols, electProtocol, type GroupMember } from './group-member.ts';

/** Who belongs to a group, who of them leads it, and who holds which static id. */
export class GroupRoster {
  leaderId: string | undefined;
  readonly #members = new Map<string, GroupMember>();
  readonly #staticMembers = new Map<string, string>();

  get size(): number {
    return this.#members.size;
  }

  /** In the order in which they came; a copy, whoever comes or goes meanwhile. */
  all(): GroupMember[] {
    return Array.from(this.#members.values());
  }

  get(memberId: string): GroupMember | undefined {
    return this.#members.get(memberId);
  }

  has(memberId: string): boolean {
    return this.#members.has(memberId);
  }

  /** The first one leads. */
  add(member: GroupMember): void {
    this.#members.set(member.memberId, member);
    this.leaderId ??= member.memberId;
    if (member.groupInstanceId !== undefined)
      this.#staticMembers.set(member.groupInstanceId, member.memberId);
  }

  /** Another one leads where this one did. */
  remove(member: GroupMember): void {
    this.#members.delete(member.memberId);
    if (member.groupInstanceId !== undefined) this.#staticMembers.delete(member.groupInstanceId);
    if (this.leaderId === member.memberId) this.leaderId = this.#inAnyOrder()[0]?.memberId;
  }

  /** The same member under a new id, which leads if the former one did. */
  replace(former: GroupMember, member: GroupMember): void {
    this.#members.delete(former.memberId);
    this.add(member);
    if (this.leaderId === former.memberId) this.leaderId = member.memberId;
  }

  holderOf(groupInstanceId: string | undefined): string | undefined {
    return groupInstanceId === undefined ? undefined : this.#staticMembers.get(groupInstanceId);
  }

  /** The error that a request in this name gets; 0 for none. */
  refusalOf(memberId: string, groupInstanceId: string | undefined): number {
    if (groupInstanceId !== undefined) {
      const holder = this.#staticMembers.get(groupInstanceId);
      if (holder === undefined) return kafkaErrors.UNKNOWN_MEMBER_ID;
      if (holder !== memberId) return kafkaErrors.FENCED_INSTANCE_ID;
    }
    return this.#members.has(memberId) ? kafkaErrors.NONE : kafkaErrors.UNKNOWN_MEMBER_ID;
  }

  /** Members that have asked to join and wait for the answer. */
  get awaitingJoin(): number {
    let waiting = 0;
    for (const member of this.#members.values()) if (member.joinReply !== undefined) waiting++;
    return waiting;
  }

  /** False where nobody came back, which only static members do without being removed. */
  electJoinedLeader(): boolean {
    const leader = this.leaderId === undefined ? undefined : this.#members.get(this.leaderId);
    if (leader === undefined) return false;
    if (leader.joinReply !== undefined) return true;
    const next = this.#inAnyOrder().find(({ joinReply }) => joinReply !== undefined);
    if (next === undefined) return false;
    this.leaderId = next.memberId;
    return true;
  }

  /** The longest of any member. */
  get rebalanceTimeoutMs(): number {
    let longestMs = 0;
    for (const member of this.#members.values()) longestMs = Math.max(longestMs, member.rebalanceTimeoutMs);
    return longestMs;
  }

  commonProtocols(): readonly string[] {
    return commonProtocols(this.all());
  }

  electProtocol(): string {
    return electProtocol(this.all());
  }

  /** Brokers keep members in a hash map: with random ids the order is as good as drawn. */
  #inAnyOrder(): readonly GroupMember[] {
    return this.all().toSorted((left, right) => hashText(left.memberId) - hashText(right.memberId));
  }
}
