import type { RaftReplica } from './raft-replica.ts';
import type { RaftMessage } from './raft-messages.ts';
import { campaignUs, electionUs } from './timing.ts';

type Vote = Extract<RaftMessage, { kind: 'vote' }>;
type Voted = Extract<RaftMessage, { kind: 'voted' }>;

/** The part of one replica in elections: whom it votes for, and who votes for it (jetstream B6, B12, B16, B17). */
export class RaftElection {
  readonly #replica: RaftReplica;
  votedFor = -1;
  /** When it voted last; the vote is on its disk with the next sync. */
  votedUs = 0;
  /** By place in the group, as bits. */
  #votes = 0;
  #emptyVotes = 0;

  constructor(replica: RaftReplica) {
    this.#replica = replica;
  }

  /** Stands for leader of the next term. */
  campaign(): void {
    const replica = this.#replica;
    const { group } = replica;
    if (replica.role === 'leader') return;
    replica.term++;
    replica.role = 'candidate';
    replica.leader = -1;
    this.votedFor = replica.member;
    this.votedUs = group.kernel.nowUs;
    this.#votes = 0;
    this.#emptyVotes = 0;
    replica.awaitLeader(electionUs);
    // One without a log has nothing to lead with, unless all say so (jetstream B17).
    this.#count(replica.member, this.#isEmpty());
    if (group.quorum === 1) return;
    const { lastIndex } = replica.log;
    const { lastTerm } = replica.replication;
    for (const { member } of group.replicas) {
      if (member === replica.member) continue;
      replica.send(member, { kind: 'vote', from: replica.member, term: replica.term, lastIndex, lastTerm });
    }
  }

  asked({ from, term, lastIndex, lastTerm }: Vote): void {
    const replica = this.#replica;
    const { log, replication } = replica;
    const { profile, kernel } = replica.group;
    if (term > replica.term) replica.follow(term);
    // A server of 2.9 wants both to be as high (jetstream B16).
    const better = profile.soundRaft
      ? replication.lastTerm > lastTerm || (replication.lastTerm === lastTerm && log.lastIndex > lastIndex)
      : replication.lastTerm > lastTerm || log.lastIndex > lastIndex;
    const granted =
      term === replica.term &&
      !better &&
      replica.role === 'follower' &&
      (this.votedFor === -1 || this.votedFor === from);
    if (granted) {
      this.votedFor = from;
      this.votedUs = kernel.nowUs;
      replica.awaitLeader(electionUs);
    } else if (!profile.soundRaft) {
      // Whoever asks, and for whatever term, it waits anew.
      if (replica.role !== 'leader') replica.awaitLeader(electionUs);
    } else if (better && term === replica.term && replica.role === 'follower') {
      replica.awaitLeader(campaignUs);
    }
    const empty = this.#isEmpty();
    replica.send(from, { kind: 'voted', from: replica.member, term: replica.term, granted, empty });
  }

  answered({ from, term, granted, empty }: Voted): void {
    const replica = this.#replica;
    if (term > replica.term) replica.follow(term);
    else if (granted && term === replica.term) this.#count(from, empty);
  }

  #count(voter: number, empty: boolean): void {
    const replica = this.#replica;
    if (replica.role !== 'candidate') return;
    if (empty) this.#emptyVotes |= 1 << voter;
    else this.#votes |= 1 << voter;
    const votes = bitCount(this.#votes);
    const { quorum, size } = replica.group;
    if (votes >= quorum || votes + bitCount(this.#emptyVotes) >= size) replica.lead();
  }

  /** It has no log although the group has had leaders. */
  #isEmpty(): boolean {
    const { log, group } = this.#replica;
    return log.lastIndex === 0 && group.profile.emptyVotes && !group.isNew;
  }
}

function bitCount(bits: number): number {
  let count = 0;
  for (let left = bits; left !== 0; left &= left - 1) count++;
  return count;
}
