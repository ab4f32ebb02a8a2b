import { kafkaErrors } from '../../system/ports/kafka-error.ts';
import type {
  GroupProtocol,
  JoinGroupRequest,
  JoinGroupResponse,
  SyncGroupResponse,
  TopicPartition,
} from '../../system/ports/kafka-group.ts';
import type { Timer } from '../../system/ports/clock.ts';
import { hashMapOrder } from './java-hash.ts';
import type { StoredMember } from './group-record.ts';

export type JoinReply = (answer: JoinGroupResponse) => void;
export type SyncReply = (answer: SyncGroupResponse) => void;

/** One member of a group, in the memory of its coordinator. */
export class GroupMember {
  readonly memberId: string;
  readonly groupInstanceId: string | undefined;
  readonly clientId: string;
  sessionTimeoutMs: number;
  rebalanceTimeoutMs: number;
  protocols: readonly GroupProtocol[];
  assignment: readonly TopicPartition[] = [];
  /** Its first join has not been answered yet. */
  isNew = false;
  /** Set while it waits for the others to join. */
  joinReply: JoinReply | undefined;
  /** Set while it waits for the leader's assignment. */
  syncReply: SyncReply | undefined;
  session: Timer | undefined;

  constructor(
    memberId: string,
    clientId: string,
    {
      groupInstanceId,
      sessionTimeoutMs,
      rebalanceTimeoutMs,
      protocols,
    }: Pick<JoinGroupRequest, 'sessionTimeoutMs' | 'rebalanceTimeoutMs' | 'protocols'> & {
      readonly groupInstanceId?: string | undefined;
    },
  ) {
    this.memberId = memberId;
    this.clientId = clientId;
    this.groupInstanceId = groupInstanceId;
    this.sessionTimeoutMs = sessionTimeoutMs;
    this.rebalanceTimeoutMs = rebalanceTimeoutMs;
    this.protocols = protocols;
  }

  static restored(stored: StoredMember): GroupMember {
    const member = new GroupMember(stored.memberId, stored.clientId, {
      ...stored,
      protocols: [stored.protocol],
    });
    member.assignment = stored.assignment;
    return member;
  }

  /** Who waits for a rebalance need not send heartbeats, unless it is new: that one could be gone. */
  get isExcused(): boolean {
    return !this.isNew && (this.joinReply !== undefined || this.syncReply !== undefined);
  }

  update({ protocols, rebalanceTimeoutMs, sessionTimeoutMs }: JoinGroupRequest, reply: JoinReply): void {
    this.protocols = protocols;
    this.rebalanceTimeoutMs = rebalanceTimeoutMs;
    this.sessionTimeoutMs = sessionTimeoutMs;
    this.joinReply = reply;
  }

  /** Nothing where it does not wait. */
  answerJoin(answer: JoinGroupResponse): void {
    const reply = this.joinReply;
    this.joinReply = undefined;
    reply?.(answer);
  }

  /** True where it waited. */
  answerSync(errorCode: number): boolean {
    const reply = this.syncReply;
    if (reply === undefined) return false;
    this.syncReply = undefined;
    reply({ errorCode, partitions: errorCode === kafkaErrors.NONE ? this.assignment : [] });
    return true;
  }

  stored(protocolName: string): StoredMember {
    return {
      memberId: this.memberId,
      groupInstanceId: this.groupInstanceId,
      clientId: this.clientId,
      sessionTimeoutMs: this.sessionTimeoutMs,
      rebalanceTimeoutMs: this.rebalanceTimeoutMs,
      protocol: this.protocolNamed(protocolName),
      assignment: this.assignment,
    };
  }

  protocolNamed(name: string): GroupProtocol {
    return (
      this.protocols.find((protocol) => protocol.name === name) ?? {
        name,
        subscription: { topics: [], owned: [], ownedGenerationId: -1 },
      }
    );
  }
}

export function joinFailure(errorCode: number, memberId: string): JoinGroupResponse {
  return { errorCode, generationId: -1, protocolName: '', leader: '', memberId, members: [] };
}

/** Brokers compare the bytes of all protocols, in order. */
export function sameProtocols(left: readonly GroupProtocol[], right: readonly GroupProtocol[]): boolean {
  return protocolText(left) === protocolText(right);
}

function protocolText(protocols: readonly GroupProtocol[]): string {
  return JSON.stringify(
    protocols.map(({ name, subscription: { topics, owned, ownedGenerationId } }) => [
      name,
      topics,
      owned.map(({ topic, partition }) => [topic, partition]),
      ownedGenerationId,
    ]),
  );
}

/** Names of the protocols that every one of the members can follow, in the order in which a broker counts votes. */
export function commonProtocols(members: readonly GroupMember[]): readonly string[] {
  const [first, ...others] = members;
  if (first === undefined) return [];
  const names = first.protocols
    .map(({ name }) => name)
    .filter((name) => others.every(({ protocols }) => protocols.some((other) => other.name === name)));
  return hashMapOrder(names);
}

/** Each member votes for the first of its protocols that all have; the one with the most votes wins. */
export function electProtocol(members: readonly GroupMember[]): string {
  const common = commonProtocols(members);
  let elected = '';
  let most = 0;
  for (const candidate of common) {
    const votes = members.filter(
      ({ protocols }) => protocols.find(({ name }) => common.includes(name))?.name === candidate,
    ).length;
    if (votes > most) {
      elected = candidate;
      most = votes;
    }
  }
  return elected;
}
