import type { LogEntry } from './operations.ts';
import { appendBytes, type RaftMessage } from './raft-messages.ts';
import type { RaftReplica } from './raft-replica.ts';
import type { Replication, ReplicationMessage } from './replication.ts';
import { electionUs } from './timing.ts';

const entriesAMessage = 128;
/** Messages without an answer to one peer, above which nothing more is sent to it. */
const unansweredLimit = 32;

/**
 * Replication as it should be: a follower gives up what contradicts its leader, who goes back until both agree
 * (jetstream B15, B16).
 */
export class LogReplication implements Replication {
  readonly #replica: RaftReplica;

  constructor(replica: RaftReplica) {
    this.#replica = replica;
  }

  get lastTerm(): number {
    return this.#replica.log.lastTerm;
  }

  broadcast(): void {
    const { group, member: own } = this.#replica;
    for (const { member } of group.replicas) if (member !== own) this.#sendAppend(member);
  }

  bringUpToDate(member: number): void {
    this.#sendAppend(member);
  }

  resume(): void {
    const { peers, log } = this.#replica;
    for (const peer of peers) peer.resume(log.lastIndex + 1);
  }

  tellAt(
    atUs: number,
    member: number,
    previousIndex: number,
    entries: readonly LogEntry[],
    commit: number,
  ): void {
    const { log, term, member: from } = this.#replica;
    const previousTerm = log.termAt(previousIndex) ?? 0;
    this.#replica.sent(atUs, member, {
      kind: 'append',
      from,
      term,
      previousIndex,
      previousTerm,
      entries,
      commit,
    });
  }

  answerAt(atUs: number, leader: number, index: number): void {
    const { member: from, term } = this.#replica;
    this.#replica.sent(atUs, leader, { kind: 'appended', from, term, success: true, index });
  }

  resend(member: number, fromIndex: number): void {
    const peer = this.#replica.peers[member];
    if (peer !== undefined) peer.next = fromIndex;
    this.#sendAppend(member);
  }

  routeRestored(member: number): void {
    this.#replica.peers[member]?.rewind();
    this.#sendAppend(member);
  }

  stop(): void {
    // All of it is the leader's, and written anew by the next one.
  }

  receive(message: ReplicationMessage): void {
    switch (message.kind) {
      case 'append':
        this.#onAppend(message);
        return;
      case 'appended':
        this.#onAppended(message.from, message.term, message.success, message.index);
        return;
      case 'snapshot': {
        const { from, term, index } = message;
        if (!this.#follow(from, term) || this.#replica.stuck) return;
        this.#replica.restore(message);
        this.#answer(from, true, index);
        return;
      }
      case 'entries':
      case 'entries-answer':
        return;
    }
  }

  /** False: the sender's term is over. */
  #follow(from: number, term: number): boolean {
    const replica = this.#replica;
    if (term < replica.term) {
      this.#answer(from, false, replica.log.lastIndex);
      return false;
    }
    if (term > replica.term || replica.role !== 'follower') replica.follow(term);
    replica.leader = from;
    replica.awaitLeader(electionUs);
    return true;
  }

  #onAppend(message: Extract<RaftMessage, { kind: 'append' }>): void {
    const replica = this.#replica;
    const { log } = replica;
    const { from, previousIndex, previousTerm, entries } = message;
    if (!this.#follow(from, message.term) || replica.stuck) return;
    // What lies before the base is committed and agrees.
    if (previousIndex > log.baseIndex) {
      const known = log.termAt(previousIndex);
      if (known !== previousTerm) {
        if (known !== undefined) this.#giveUpAfter(previousIndex - 1);
        this.#answer(from, false, Math.min(log.lastIndex, previousIndex - 1));
        return;
      }
    }
    for (const entry of entries) {
      if (entry.index <= log.baseIndex) continue;
      const known = log.termAt(entry.index);
      if (known === entry.term) continue;
      if (known !== undefined) {
        this.#giveUpAfter(entry.index - 1);
        if (log.lastIndex !== entry.index - 1) {
          this.#answer(from, false, log.lastIndex);
          return;
        }
      }
      log.append(entry, replica.group.kernel.nowUs);
    }
    const agreed = previousIndex + entries.length;
    replica.commit = Math.max(replica.commit, Math.min(message.commit, agreed));
    replica.applyCommitted();
    this.#answer(from, true, agreed);
    replica.readIfCaughtUp(message.commit);
  }

  #onAppended(from: number, term: number, success: boolean, index: number): void {
    const replica = this.#replica;
    if (term > replica.term) {
      replica.follow(term);
      return;
    }
    if (replica.role !== 'leader' || term !== replica.term) return;
    const peer = replica.peers[from];
    if (peer === undefined) return;
    peer.answered(replica.group.kernel.nowUs);
    if (!success) {
      peer.next = Math.max(1, index + 1);
      this.#sendAppend(from);
      return;
    }
    peer.matched(index);
    replica.advanceCommit();
    if (replica.leads && peer.next <= replica.log.lastIndex) this.#sendAppend(from);
  }

  /**
   * The leader has other entries behind `index`. Where they contradict what was committed here (a majority lost its
   * unsynced tail), this replica starts over from the common base, as a reset of the clustered state does.
   */
  #giveUpAfter(index: number): void {
    const replica = this.#replica;
    const { log, group } = replica;
    replica.truncated += log.truncateAfter(index);
    if (index >= replica.commit) return;
    const kept = Math.min(log.lastIndex, group.baseIndex);
    replica.truncated += log.truncateAfter(kept);
    group.rebuild(replica, kept, false);
    for (const { watch } of replica.watches ?? []) watch.missed();
    replica.watches = undefined;
  }

  #sendAppend(member: number): void {
    const replica = this.#replica;
    const { log, term } = replica;
    const peer = replica.peers[member];
    if (peer === undefined) return;
    if (peer.unanswered >= unansweredLimit) {
      // A real leader goes on telling: it takes room in the route's buffer, and is of no use to a member that far behind.
      replica.fillRoute(member, appendBytes(log.from(Math.max(peer.next, log.lastIndex), 1)));
      return;
    }
    const { next } = peer;
    const previousTerm = log.termAt(next - 1);
    peer.asked();
    if (previousTerm === undefined) {
      peer.next = replica.group.baseIndex + 1;
      this.#send(member, replica.snapshot());
      return;
    }
    const entries: readonly LogEntry[] = next > log.lastIndex ? [] : log.from(next, entriesAMessage);
    peer.next = next + entries.length;
    this.#send(member, {
      kind: 'append',
      from: replica.member,
      term,
      previousIndex: next - 1,
      previousTerm,
      entries,
      commit: replica.commit,
    });
  }

  #answer(to: number, success: boolean, index: number): void {
    const { member, term } = this.#replica;
    this.#send(to, { kind: 'appended', from: member, term, success, index });
  }

  #send(member: number, message: RaftMessage): void {
    const replica = this.#replica;
    if (!replica.send(member, message) && replica.role === 'leader') replica.peers[member]?.rewind();
  }
}
