import type { LogEntry } from './operations.ts';
import type { RaftMessage } from './raft-messages.ts';

/** What is said between a leader and the members of its group about their logs. */
export type ReplicationMessage = Exclude<RaftMessage, { readonly kind: 'vote' | 'voted' | 'transfer' }>;

/** How one replica keeps its log and its followers' logs alike; there are two, by the server's version (jetstream B15, B16). */
export interface Replication {
  /** Term of the last entry, as this replica believes. */
  readonly lastTerm: number;
  /** Leaders only: what was written since, or else a heartbeat, goes to all members. */
  broadcast(): void;
  /** Leaders only: one member is to have all there is before leadership is handed to it. */
  bringUpToDate(member: number): void;
  /** Leaders only: nothing is on its way any more, or, with elided state coming back, everything up to now has gone out. */
  resume(): void;
  /** Leaders only: a message that is on its way to a member already. */
  tellAt(
    atUs: number,
    member: number,
    previousIndex: number,
    entries: readonly LogEntry[],
    commit: number,
  ): void;
  /** Followers only: an answer that is on its way already; they have all entries up to `index`. */
  answerAt(atUs: number, leader: number, index: number): void;
  /** Leaders only: the first entry that the member has not got, and what follows, is sent. */
  resend(member: number, fromIndex: number): void;
  /** The connection to a member's server was made anew: nothing is on its way any more. */
  routeRestored(member: number): void;
  receive(message: ReplicationMessage): void;
  /** The process is gone: memory is lost. */
  stop(): void;
}
