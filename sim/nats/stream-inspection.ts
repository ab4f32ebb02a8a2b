import type { RaftGroup } from './raft-group.ts';
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
  /** Entries in the longest log of a replica. */
  readonly longestLog: number;
}

export function inspect(group: RaftGroup): StreamInspection {
  group.settle();
  const machine = streamMachineOf(group.mostApplied().machine);
  const consumers = new Map<string, { pending: number; ackPending: number }>();
  for (const [durable, state] of machine.consumers) {
    consumers.set(durable, { pending: machine.undelivered(state), ackPending: state.pending.size });
  }
  return {
    lastSequence: machine.lastSequence,
    committedMessages: Array.from(machine.messages, ({ sequence, subject, messageId }) => ({
      sequence,
      subject: machine.subjects.name(subject),
      messageId,
    })),
    consumers,
    elections: group.elections,
    quorumLosses: group.quorumLosses,
    longestLog: Math.max(...group.replicas.map(({ log }) => log.length)),
    truncatedEntries: group.replicas.reduce((sum, { truncated }) => sum + truncated, 0),
  };
}
