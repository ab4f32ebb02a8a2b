import { consumerMachineOf } from './consumer-machine.ts';
import type { RaftReplica } from './raft-replica.ts';
import type { StreamAsset } from './stream-asset.ts';
import { streamMachineOf } from './stream-machine.ts';

/** A stream or bucket as its replicas have agreed on it. */
export interface StreamInspection {
  readonly lastSequence: number;
  readonly committedMessages: readonly {
    readonly sequence: number;
    readonly subject: string;
    readonly messageId: string;
  }[];
  readonly consumers: ReadonlyMap<string, { readonly pending: number; readonly ackPending: number }>;
  /** Leaders elected so far, and leaders that stepped down because they heard too few. */
  readonly elections: number;
  readonly quorumLosses: number;
  /** Uncommitted log entries that replicas had to give up. */
  readonly truncatedEntries: number;
  /** Entries that the longest log of a replica holds. */
  readonly longestLog: number;
}

/** A message in the store of one replica. */
export interface ReplicaMessage {
  readonly sequence: number;
  readonly subject: string;
  readonly messageId: string;
  readonly payload: Uint8Array;
}

export function replicaMessages({ machine }: RaftReplica): readonly ReplicaMessage[] {
  const { messages, context } = streamMachineOf(machine);
  return Array.from(messages, ({ sequence, subject, messageId, payload }) => {
    return { sequence, subject: context.subjects.name(subject), messageId, payload };
  });
}

export function inspect(asset: StreamAsset): StreamInspection {
  const { group } = asset;
  group.settle();
  const machine = streamMachineOf(group.mostApplied().machine);
  const consumers = new Map<string, { pending: number; ackPending: number }>();
  for (const consumer of asset.consumers.values()) {
    consumer.group.settle();
    const { record } = consumerMachineOf(consumer.group.mostApplied().machine);
    consumers.set(consumer.name, {
      pending: machine.countFrom(consumer.filter, record.deliveredStream + 1),
      ackPending: record.pending.size,
    });
  }
  return {
    lastSequence: machine.lastSequence,
    committedMessages: Array.from(machine.messages, ({ sequence, subject, messageId }) => ({
      sequence,
      subject: machine.context.subjects.name(subject),
      messageId,
    })),
    consumers,
    elections: group.elections,
    quorumLosses: group.quorumLosses,
    truncatedEntries: group.replicas.reduce((sum, { truncated }) => sum + truncated, 0),
    longestLog: Math.max(...group.replicas.map(({ log }) => log.length)),
  };
}
