import type { LogEntry } from './operations.ts';
import type { Machine } from './machine.ts';

/** Between the members of one group; `from` is the sender's place in the group. */
export type RaftMessage =
  | {
      readonly kind: 'append';
      readonly from: number;
      readonly term: number;
      readonly previousIndex: number;
      readonly previousTerm: number;
      readonly entries: readonly LogEntry[];
      readonly commit: number;
    }
  | {
      readonly kind: 'appended';
      readonly from: number;
      readonly term: number;
      readonly success: boolean;
      /** Last index that agrees, or, without success, the last that may. */
      readonly index: number;
    }
  | {
      readonly kind: 'snapshot';
      readonly from: number;
      readonly term: number;
      readonly index: number;
      readonly indexTerm: number;
      readonly machine: Machine;
    }
  | {
      readonly kind: 'vote';
      readonly from: number;
      readonly term: number;
      readonly lastIndex: number;
      readonly lastTerm: number;
    }
  | {
      readonly kind: 'voted';
      readonly from: number;
      readonly term: number;
      readonly granted: boolean;
      /** The voter has no log: its vote counts only if all vote (jetstream B17). */
      readonly empty: boolean;
    }
  | { readonly kind: 'transfer'; readonly from: number; readonly term: number }
  /** Of a leader of 2.9 to all, or, with entries, to one that catches up. */
  | {
      readonly kind: 'entries';
      readonly from: number;
      readonly term: number;
      readonly previousIndex: number;
      readonly previousTerm: number;
      readonly entries: readonly LogEntry[];
      readonly commit: number;
      /** 0: to all. Otherwise the number of the request that it answers. */
      readonly catchUp: number;
    }
  | {
      readonly kind: 'entries-answer';
      readonly from: number;
      /** Of the sender's last entry; where it refuses a leader whose term is over, its own. */
      readonly term: number;
      readonly success: boolean;
      readonly index: number;
      /** Number of its request to be sent what comes behind; 0: none. */
      readonly catchUp: number;
    };

export function raftMessageBytes(message: RaftMessage): number {
  return message.kind === 'append' || message.kind === 'entries' ? appendBytes(message.entries) : 60;
}

export function appendBytes(entries: readonly LogEntry[]): number {
  let bytes = 60;
  for (const { operation } of entries) {
    bytes += operation.kind === 'store' ? 100 + operation.payload.length : 60;
  }
  return bytes;
}
