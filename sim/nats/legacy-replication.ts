import type { LogEntry } from './operations.ts';
import type { RaftMessage } from './raft-messages.ts';
import type { RaftReplica } from './raft-replica.ts';
import type { Replication, ReplicationMessage } from './replication.ts';
import { catchUpStallUs, electionUs } from './timing.ts';

/** Entries of one message to a member that catches up. */
const entriesAMessage = 128;

type Entries = Extract<RaftMessage, { kind: 'entries' }>;
type EntriesAnswer = Extract<RaftMessage, { kind: 'entries-answer' }>;

/** A follower asked to be sent what it has missed. */
interface CatchUpAsked {
  /** Answers to an older request are not looked at. */
  readonly number: number;
  /** It has caught up when its last entry is as high as this. */
  readonly term: number;
  readonly index: number;
  /** Its last index when it was last looked at, and when that had changed. */
  seenIndex: number;
  seenUs: number;
}

/** What a leader sends to a member that asked. */
interface CatchUpSent {
  readonly number: number;
  next: number;
  readonly last: number;
}

/**
 * Replication as a server of 2.9.10 does it (jetstream B16, R1; `processAppendEntry`): a leader tells everything once and
 * to all, and keeps no account of who has what; a follower that finds a gap asks for the rest. Where the leader's log and
 * its own differ it makes them agree in place and term, but never looks at what the entries say:
 * - at a lower index whose entry was stored behind the same term it takes on the leader's term, calls that agreed, and
 *   drops what the message brings;
 * - at a lower index of an older term it cuts its log *behind* that index and keeps the entry there;
 * - at its own index it stores what comes, or, while it catches up, takes on the leader's term.
 *
 * So a leader that was cut off keeps entries of its own where the others have their new leader's, and both count as the
 * same. Not modelled: several proposals in one entry, the transfer of leadership as an entry, a snapshot that leaves a
 * follower its own messages, the bound of 2 MB on what is on its way to one that catches up.
 */
export class LegacyReplication implements Replication {
  readonly #replica: RaftReplica;
  /** The last entry counts as of this term, while it is the last. */
  #claimed = { index: -1, term: 0 };
  /** Leaders: up to here everything has gone out to all. */
  #sentIndex = 0;
  /** Leaders: by place in the group. */
  readonly #sent: (CatchUpSent | undefined)[] = [];
  #asked: CatchUpAsked | undefined;
  #timesAsked = 0;

  constructor(replica: RaftReplica) {
    this.#replica = replica;
  }

  get lastTerm(): number {
    const { log } = this.#replica;
    return this.#claimed.index === log.lastIndex ? this.#claimed.term : log.lastTerm;
  }

  broadcast(): void {
    const { log, group, member: own } = this.#replica;
    const from = this.#sentIndex + 1;
    this.#sentIndex = log.lastIndex;
    for (const { member } of group.replicas) if (member !== own) this.resend(member, from);
  }

  bringUpToDate(): void {
    // It was told everything already.
  }

  resume(): void {
    const { peers, log } = this.#replica;
    for (const peer of peers) peer.resume(log.lastIndex + 1);
    this.#sentIndex = log.lastIndex;
    this.#sent.length = 0;
  }

  tellAt(
    atUs: number,
    member: number,
    previousIndex: number,
    entries: readonly LogEntry[],
    commit: number,
  ): void {
    this.#replica.sent(atUs, member, this.#message(previousIndex, entries, commit, 0));
  }

  answerAt(atUs: number, leader: number, index: number): void {
    const { member: from } = this.#replica;
    const { lastTerm: term } = this;
    this.#replica.sent(atUs, leader, {
      kind: 'entries-answer',
      from,
      term,
      success: true,
      index,
      catchUp: 0,
    });
  }

  resend(member: number, fromIndex: number): void {
    const { lastIndex } = this.#replica.log;
    if (fromIndex > lastIndex) this.#tell(member, lastIndex, []);
    for (let index = fromIndex; index <= lastIndex; index++) {
      const entry = this.#replica.log.at(index);
      if (entry !== undefined) this.#tell(member, index - 1, [entry]);
    }
  }

  routeRestored(member: number): void {
    // What was lost is missed with the next heartbeat, and asked for.
    this.#replica.peers[member]?.rewind();
  }

  stop(): void {
    this.#asked = undefined;
    this.#claimed.index = -1;
  }

  receive(message: ReplicationMessage): void {
    switch (message.kind) {
      case 'entries':
        this.#onEntries(message);
        return;
      case 'entries-answer':
        this.#onAnswer(message);
        return;
      case 'snapshot':
        this.#onSnapshot(message);
        return;
      case 'append':
      case 'appended':
        return;
    }
  }

  #onEntries(message: Entries): void {
    const replica = this.#replica;
    const { from, term, entries, catchUp } = message;
    const isNew = catchUp === 0;
    if (replica.role !== 'leader') replica.awaitLeader(electionUs);
    if (replica.stuck) return;
    if (replica.role === 'leader') {
      if (term > replica.term) {
        replica.follow(term);
        replica.leader = from;
      } else this.#answer(from, replica.term, false, replica.log.lastIndex);
      return;
    }
    if (replica.role === 'candidate') replica.follow(Math.max(term, replica.term));
    if (isNew && term < replica.term) {
      this.#answer(from, replica.term, false, replica.log.lastIndex);
      return;
    }
    if (!isNew && this.#asked?.number !== catchUp) return;
    if (this.#isBehind(message)) return;
    if (term > replica.term) replica.adopt(term);
    if (isNew) replica.leader = from;
    let { previousIndex, previousTerm } = message;
    if (entries.length === 0) this.#take(message, previousIndex, previousTerm, undefined);
    for (const entry of entries) {
      if (!this.#take(message, previousIndex, previousTerm, entry)) return;
      previousIndex = entry.index;
      previousTerm = entry.term;
    }
  }

  /** True: it catches up, and this is not what it asked for. */
  #isBehind({ from, previousIndex, previousTerm, catchUp }: Entries): boolean {
    const asked = this.#asked;
    if (asked === undefined) return false;
    const { log, group } = this.#replica;
    const { nowUs } = group.kernel;
    if (this.#hasCaughtUp(asked) || catchUp !== 0) return false;
    if (asked.seenIndex !== log.lastIndex) {
      asked.seenIndex = log.lastIndex;
      asked.seenUs = nowUs;
    } else if (nowUs - asked.seenUs > catchUpStallUs) this.#ask(from, previousIndex, previousTerm);
    return true;
  }

  #hasCaughtUp(asked: CatchUpAsked): boolean {
    return this.lastTerm >= asked.term && this.#replica.log.lastIndex >= asked.index;
  }

  /** One entry, or a heartbeat without one. False: what comes with it is void. */
  #take(
    { from, commit, catchUp }: Entries,
    previousIndex: number,
    previousTerm: number,
    entry: LogEntry | undefined,
  ): boolean {
    const replica = this.#replica;
    const { log } = replica;
    if (this.#asked !== undefined && this.#hasCaughtUp(this.#asked)) this.#asked = undefined;
    if (previousIndex < log.lastIndex) {
      this.#answer(from, previousTerm, this.#agreeBelow(previousIndex, previousTerm), previousIndex);
      return true;
    }
    if (previousTerm !== this.lastTerm || previousIndex !== log.lastIndex) {
      if (catchUp !== 0 && this.#asked !== undefined) {
        if (previousIndex === log.lastIndex) this.#relabel(previousTerm);
        this.#asked = undefined;
        return false;
      }
      replica.term = this.lastTerm;
      if (previousIndex > log.lastIndex) {
        this.#ask(from, previousIndex, previousTerm);
        return false;
      }
    }
    if (entry !== undefined) {
      this.#relabel(previousTerm);
      log.append(entry, replica.group.kernel.nowUs);
    }
    replica.commit = Math.max(replica.commit, Math.min(commit, log.lastIndex));
    replica.applyCommitted();
    this.#answer(from, this.lastTerm, true, log.lastIndex);
    replica.readIfCaughtUp(commit);
    return true;
  }

  /** The leader builds upon an entry that is not the last here. True: it is called agreed, whatever comes behind it. */
  #agreeBelow(index: number, term: number): boolean {
    const replica = this.#replica;
    const { log } = replica;
    const isKnown = index > log.baseIndex;
    // An entry is stored with the term of the one before it, and that is what is compared.
    if (isKnown && term <= (log.termAt(index - 1) ?? 0)) {
      this.#claimed = { index: log.lastIndex, term };
      return true;
    }
    if (isKnown) {
      replica.truncated += log.truncateAfter(index);
      this.#relabel(term);
    }
    this.#asked = undefined;
    return false;
  }

  #relabel(term: number): void {
    const { log, group } = this.#replica;
    if (log.lastTerm !== term) {
      log.relabel(log.lastIndex, term);
      group.diverge();
    }
    this.#claimed.index = -1;
  }

  #ask(from: number, index: number, term: number): void {
    const { log, group } = this.#replica;
    const number = ++this.#timesAsked;
    this.#asked = { number, term, index, seenIndex: log.lastIndex, seenUs: group.kernel.nowUs };
    this.#answer(from, this.lastTerm, false, log.lastIndex, number);
  }

  #onAnswer({ from, term, success, index, catchUp }: EntriesAnswer): void {
    const replica = this.#replica;
    const peer = replica.peers[from];
    if (replica.role !== 'leader' || peer === undefined) return;
    peer.answered(replica.group.kernel.nowUs);
    if (success) {
      peer.matched(index);
      replica.advanceCommit();
      if (replica.leads) this.#continue(from, index);
    } else if (term > replica.term) {
      replica.follow(term);
      replica.leader = -1;
    } else if (catchUp !== 0) this.#begin(from, index + 1, catchUp);
  }

  #begin(member: number, from: number, number: number): void {
    const { log } = this.#replica;
    if (from <= log.baseIndex) this.#replica.send(member, this.#replica.snapshot());
    // Who asks for more than there is gets everything.
    const next = from <= log.baseIndex || from > log.lastIndex ? log.baseIndex + 1 : from;
    this.#sent[member] = { number, next, last: log.lastIndex };
    this.#continue(member, next - 1);
  }

  #continue(member: number, index: number): void {
    const sent = this.#sent[member];
    if (sent === undefined || index < sent.next - 1) return;
    const { log } = this.#replica;
    const entries = log.from(sent.next, Math.min(entriesAMessage, sent.last - sent.next + 1));
    if (entries.length === 0) {
      this.#sent[member] = undefined;
      return;
    }
    this.#tell(member, sent.next - 1, entries, sent.number);
    sent.next += entries.length;
  }

  #onSnapshot(message: Extract<RaftMessage, { kind: 'snapshot' }>): void {
    const replica = this.#replica;
    if (replica.role === 'leader' || replica.stuck || message.term < replica.term) return;
    replica.restore(message);
    this.#claimed.index = -1;
    this.#answer(message.from, this.lastTerm, true, message.index);
  }

  #tell(member: number, previousIndex: number, entries: readonly LogEntry[], catchUp = 0): void {
    const replica = this.#replica;
    replica.send(member, this.#message(previousIndex, entries, replica.commit, catchUp));
  }

  #message(
    previousIndex: number,
    entries: readonly LogEntry[],
    commit: number,
    catchUp: number,
  ): RaftMessage {
    const { log, term, member: from } = this.#replica;
    const previousTerm = previousIndex === log.lastIndex ? this.lastTerm : (log.termAt(previousIndex) ?? 0);
    return { kind: 'entries', from, term, previousIndex, previousTerm, entries, commit, catchUp };
  }

  #answer(to: number, term: number, success: boolean, index: number, catchUp = 0): void {
    const { member } = this.#replica;
    this.#replica.send(to, { kind: 'entries-answer', from: member, term, success, index, catchUp });
  }
}
