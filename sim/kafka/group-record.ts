import type { CommittedOffset, GroupProtocol, TopicPartition } from '../../system/ports/kafka-group.ts';

/** A member as the offsets topic keeps it. */
export interface StoredMember {
  readonly memberId: string;
  readonly groupInstanceId: string | undefined;
  readonly clientId: string;
  readonly sessionTimeoutMs: number;
  readonly rebalanceTimeoutMs: number;
  /** Only the protocol that was chosen. */
  readonly protocol: GroupProtocol;
  readonly assignment: readonly TopicPartition[];
}

/** A generation as the offsets topic keeps it. */
export interface StoredGeneration {
  readonly generationId: number;
  readonly protocolName: string;
  readonly leaderId: string | undefined;
  readonly members: readonly StoredMember[];
}

/** What a coordinator writes to the offsets topic. */
export type GroupRecord =
  | { readonly kind: 'generation'; readonly groupId: string; readonly generation: StoredGeneration }
  | { readonly kind: 'offsets'; readonly groupId: string; readonly offsets: readonly CommittedOffset[] };
