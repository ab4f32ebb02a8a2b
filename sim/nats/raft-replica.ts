import type { GroupService } from './group-service.ts';
import type { NatsServer } from './nats-server.ts';
import type { LogEntry, Operation } from './operations.ts';
import type { RaftGroup } from './raft-group.ts';
import { RaftLog } from './raft-log.ts';
import { raftMessageBytes, type RaftMessage } from './raft-messages.ts';
import type { ServerWatch } from './server-watch.ts';
import type { Machine } from './stream-machine.ts';
import {
  campaignUs,
  electionUs,
  firstCampaignUs,
  firstSyncUs,
  heartbeatUs,
  quorumCheckUs,
  quorumSilenceUs,
  syncUs,
  transferCampaignUs,
  writeUs,
} from './timing.ts';

const entriesAMessage = 128;
/** Messages without an answer to one peer, above which nothing more is sent to it. */
const unansweredLimit = 32;

/**
 * One member of a raft group: log, term and vote are its disk, the rest its memory (jetstream B). While its group is
 * calm no timer runs and no message is sent; the group then moves the log itself.
 */
export class RaftReplica {
  readonly group: RaftGroup;
  /** Place in the group. */
  readonly member: number;
  readonly server: NatsServer;
  readonly log: RaftLog = new RaftLog();
  readonly watches = new Set<ServerWatch>();
  machine: Machine;
  term = 1;
  votedFor = -1;
  role: 'follower' | 'candidate' | 'leader' = 'follower';
  leader = -1;
  commit = 0;
  applied = 0;
  service: GroupService | undefined;
  /** Answers direct reads (jetstream H65). */
  reader = true;
  becameLeaderUs = 0;
  /** Leaders only: when the last heartbeat went out that was not elided; the elided ones followed at even distance. */
  lastHeartbeatUs = 0;
  match: number[] = [];
  /** Uncommitted entries that this replica had to give up. */
  truncated = 0;
  #next: number[] = [];
  #unanswered: number[] = [];
  #heardUs: number[] = [];
  #votes = new Set<number>();
  #electionDeadlineUs = 0;
  #electionTimerUs = Infinity;
  /** Timers of an earlier life or an earlier calm are void. */
  #incarnation = 0;
  #applying = false;
  #firstSyncUs = 0;
  #leadershipIndex = 0;

  constructor(group: RaftGroup, member: number, server: NatsServer, machine: Machine) {
    this.group = group;
    this.member = member;
    this.server = server;
    this.machine = machine;
    this.#firstSyncUs = group.kernel.nowUs + this.#uniform(firstSyncUs);
  }

  /** Boots: a follower that waits for a leader. */
  start(campaignInUs?: number): void {
    const nowUs = this.group.kernel.nowUs;
    this.#void();
    this.role = 'follower';
    this.leader = -1;
    this.#firstSyncUs = nowUs + this.#uniform(firstSyncUs);
    // An asset of one replica has no raft group and leads at once (jetstream A1).
    const alone = this.group.replicas.length === 1 ? firstCampaignUs : undefined;
    this.awaitLeader(nowUs + (campaignInUs ?? alone ?? this.#uniform(electionUs)));
  }

  /** The process is gone: memory is lost, the disk stays as written. */
  stop(): void {
    this.#void();
    this.#leave();
    this.role = 'follower';
    this.leader = -1;
    this.reader = false;
    this.watches.clear();
  }

  /** Power was lost: what was written after the last sync is gone (jetstream E44). Returns the number of entries lost. */
  loseUnsynced(): number {
    const kept = this.syncedIndex();
    const lost = this.log.truncateAfter(kept);
    if (lost > 0 || this.applied > kept) this.group.rebuild(this, kept);
    return lost;
  }

  /** Last entry that a power loss at this moment would leave. */
  syncedIndex(): number {
    const nowUs = this.group.kernel.nowUs;
    if (nowUs < this.#firstSyncUs) return this.log.indexWrittenBy(this.#firstSyncUs - firstSyncUs[1]);
    const lastUs = this.#firstSyncUs + Math.floor((nowUs - this.#firstSyncUs) / syncUs) * syncUs;
    return this.log.indexWrittenBy(lastUs);
  }

  /** Leaders only. Returns the index of the entry. */
  propose(operation: Operation): number {
    const { group, log } = this;
    const index = log.lastIndex + 1;
    log.append({ index, term: this.term, operation }, group.kernel.nowUs);
    if (group.calm) group.fly(this, index);
    else if (group.replicas.length === 1) this.#after(writeUs, RaftReplica.#writeDue);
    else this.#broadcast();
    return index;
  }

  /** Hands leadership to a peer that is up, and steps down at once (jetstream B9). */
  transferLeadership(): void {
    if (this.role !== 'leader') return;
    const nowUs = this.group.kernel.nowUs;
    const target = this.group.replicas.find(
      ({ member }) => member !== this.member && nowUs - (this.#heardUs[member] ?? 0) < 3_000_000,
    );
    if (target !== undefined) {
      this.#sendAppend(target.member);
      this.#send(target.member, { kind: 'transfer', from: this.member, term: this.term });
    }
    this.stepDown();
  }

  stepDown(): void {
    this.#becomeFollower(this.term);
    this.leader = -1;
  }

  /** Only for the group: the elided state comes back, as seen by the leader, who heard its followers at `heardUs`. */
  resumeLeading(heartbeatAtUs: number, heardUs: number): void {
    const { kernel } = this.group;
    this.#void();
    for (const { member } of this.group.replicas) {
      this.#next[member] = this.log.lastIndex + 1;
      this.#unanswered[member] = 0;
      this.#heardUs[member] = Math.min(heardUs, kernel.nowUs);
    }
    this.#after(heartbeatAtUs - kernel.nowUs, RaftReplica.#heartbeatDue);
    if (this.group.replicas.length === 1 && this.commit < this.log.lastIndex) {
      this.#after(writeUs, RaftReplica.#writeDue);
    }
    const leadingUs = kernel.nowUs - this.becameLeaderUs;
    this.#after(quorumCheckUs - (leadingUs % quorumCheckUs), RaftReplica.#quorumDue);
  }

  /** Only for the group: the first entry that the follower has not got is sent again. */
  resend(member: number, fromIndex: number): void {
    this.#next[member] = fromIndex;
    this.#sendAppend(member);
  }

  /** Only for the group: the elided state comes back, as seen by a follower that heard its leader at `heardUs`. */
  resumeFollowing(heardUs: number): void {
    this.#void();
    this.awaitLeader(heardUs + this.#uniform(electionUs, heardUs));
  }

  /** Campaigns at that time, unless this is called again before. */
  awaitLeader(timeUs: number): void {
    const deadlineUs = Math.ceil(timeUs);
    this.#electionDeadlineUs = deadlineUs;
    if (deadlineUs >= this.#electionTimerUs) return;
    this.#electionTimerUs = deadlineUs;
    this.group.kernel.at(deadlineUs, RaftReplica.#electionTimer, this, this.#incarnation);
  }

  /** Only for the group: stops all timers. */
  quieten(): void {
    this.#void();
  }

  /** The connection to a peer's server was made anew: nothing is on its way any more. */
  routeRestored(member: number): void {
    if (this.role !== 'leader' || this.group.calm) return;
    this.#unanswered[member] = 0;
    this.#next[member] = (this.match[member] ?? 0) + 1;
    this.#sendAppend(member);
  }

  /** All followers have answered everything, and have everything. */
  settled(): boolean {
    const { lastIndex } = this.log;
    if (this.role !== 'leader' || this.commit !== lastIndex || this.service?.ready !== true) return false;
    return this.group.replicas.every(
      (replica) =>
        replica === this ||
        (this.match[replica.member] === lastIndex &&
          this.#unanswered[replica.member] === 0 &&
          replica.role === 'follower' &&
          replica.term === this.term &&
          replica.leader === this.member &&
          replica.log.lastIndex === lastIndex &&
          replica.commit === lastIndex &&
          replica.applied === lastIndex &&
          replica.reader),
    );
  }

  static receive(replica: RaftReplica, message: RaftMessage): void {
    replica.group.leaveCalm();
    replica.#receive(message);
  }

  /** Applies what is committed; safe to call again from within. */
  applyCommitted(): void {
    if (this.#applying) return;
    this.#applying = true;
    while (this.applied < this.commit) {
      const entry = this.log.at(this.applied + 1);
      if (entry === undefined) break;
      this.applied++;
      this.group.applyOn(this, entry);
      if (this.applied === this.#leadershipIndex && this.role === 'leader') {
        this.service?.becomeReady();
        if (!this.reader) this.server.caughtUp(this);
      }
    }
    this.#applying = false;
  }

  #receive(message: RaftMessage): void {
    switch (message.kind) {
      case 'append':
        this.#onAppend(message.from, message.term, message);
        return;
      case 'appended':
        this.#onAppended(message.from, message.term, message.success, message.index);
        return;
      case 'snapshot':
        this.#onSnapshot(message.from, message.term, message.index, message.indexTerm, message.machine);
        return;
      case 'vote':
        this.#onVote(message.from, message.term, message.lastIndex, message.lastTerm);
        return;
      case 'voted':
        if (message.term > this.term) this.#becomeFollower(message.term);
        else if (this.role === 'candidate' && message.granted && message.term === this.term) {
          this.#votes.add(message.from);
          if (this.#votes.size >= this.group.quorum) this.#becomeLeader();
        }
        return;
      case 'transfer':
        if (message.term === this.term && this.role === 'follower') {
          this.#after(transferCampaignUs, RaftReplica.#campaignDue);
        }
        return;
    }
  }

  #onAppend(from: number, term: number, message: Extract<RaftMessage, { kind: 'append' }>): void {
    if (term < this.term) {
      this.#answer(from, false, this.log.lastIndex);
      return;
    }
    if (term > this.term || this.role !== 'follower') this.#becomeFollower(term);
    this.leader = from;
    this.awaitLeader(this.group.kernel.nowUs + this.#uniform(electionUs));
    const { log } = this;
    const { previousIndex, previousTerm, entries } = message;
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
      log.append(entry, this.group.kernel.nowUs);
    }
    const agreed = previousIndex + entries.length;
    this.commit = Math.max(this.commit, Math.min(message.commit, agreed));
    this.applyCommitted();
    this.#answer(from, true, agreed);
    if (!this.reader && this.applied >= message.commit) this.server.caughtUp(this);
  }

  #onAppended(from: number, term: number, success: boolean, index: number): void {
    if (term > this.term) {
      this.#becomeFollower(term);
      return;
    }
    if (this.role !== 'leader' || term !== this.term) return;
    this.#heardUs[from] = this.group.kernel.nowUs;
    this.#unanswered[from] = Math.max(0, (this.#unanswered[from] ?? 0) - 1);
    if (!success) {
      this.#next[from] = Math.max(1, index + 1);
      this.#sendAppend(from);
      return;
    }
    if (index > (this.match[from] ?? 0)) this.match[from] = index;
    if ((this.#next[from] ?? 1) <= index) this.#next[from] = index + 1;
    this.#advanceCommit();
    if (this.role === 'leader' && (this.#next[from] ?? 1) <= this.log.lastIndex) this.#sendAppend(from);
  }

  #onSnapshot(from: number, term: number, index: number, indexTerm: number, machine: Machine): void {
    if (term < this.term) {
      this.#answer(from, false, this.log.lastIndex);
      return;
    }
    if (term > this.term || this.role !== 'follower') this.#becomeFollower(term);
    this.leader = from;
    this.awaitLeader(this.group.kernel.nowUs + this.#uniform(electionUs));
    if (index > this.applied) {
      this.log.reset(index, indexTerm);
      this.machine = machine.clone();
      this.commit = index;
      this.applied = index;
      for (const watch of this.watches) watch.catchUp();
    }
    this.#answer(from, true, index);
  }

  /** Not modelled: the empty vote of a wiped server (jetstream B17). */
  #onVote(from: number, term: number, lastIndex: number, lastTerm: number): void {
    if (term > this.term) this.#becomeFollower(term);
    const better =
      this.log.lastTerm > lastTerm || (this.log.lastTerm === lastTerm && this.log.lastIndex > lastIndex);
    const granted =
      term === this.term &&
      !better &&
      this.role === 'follower' &&
      (this.votedFor === -1 || this.votedFor === from);
    const nowUs = this.group.kernel.nowUs;
    if (granted) {
      this.votedFor = from;
      this.awaitLeader(nowUs + this.#uniform(electionUs));
    } else if (better && term === this.term && this.role === 'follower') {
      this.awaitLeader(nowUs + this.#uniform(campaignUs));
    }
    this.#send(from, { kind: 'voted', from: this.member, term: this.term, granted });
  }

  #campaign(): void {
    if (this.role === 'leader') return;
    this.term++;
    this.role = 'candidate';
    this.leader = -1;
    this.votedFor = this.member;
    this.#votes = new Set([this.member]);
    this.awaitLeader(this.group.kernel.nowUs + this.#uniform(electionUs));
    if (this.group.quorum === 1) {
      this.#becomeLeader();
      return;
    }
    const { lastIndex, lastTerm } = this.log;
    for (const { member } of this.group.replicas) {
      if (member === this.member) continue;
      this.#send(member, { kind: 'vote', from: this.member, term: this.term, lastIndex, lastTerm });
    }
  }

  #becomeLeader(): void {
    const { group } = this;
    this.#void();
    this.role = 'leader';
    this.leader = this.member;
    this.becameLeaderUs = group.kernel.nowUs;
    group.elections++;
    for (const { member } of group.replicas) this.match[member] = 0;
    this.service = group.createService(this);
    this.lastHeartbeatUs = this.becameLeaderUs;
    this.resumeLeading(this.becameLeaderUs + heartbeatUs, this.becameLeaderUs);
    if (!group.profile.leaderAfterApply) this.service.becomeReady();
    this.#leadershipIndex = this.log.lastIndex + 1;
    this.propose({ kind: 'leadership' });
  }

  #becomeFollower(term: number): void {
    this.#void();
    this.#leave();
    if (term > this.term) {
      this.term = term;
      this.votedFor = -1;
    }
    this.role = 'follower';
    this.awaitLeader(this.group.kernel.nowUs + this.#uniform(electionUs));
  }

  #leave(): void {
    const { service } = this;
    this.service = undefined;
    service?.stop();
  }

  /**
   * The leader has other entries behind `index`. Where they contradict what was committed here (a majority lost its
   * unsynced tail), this replica starts over from the common base, as a reset of the clustered state does.
   */
  #giveUpAfter(index: number): void {
    this.truncated += this.log.truncateAfter(index);
    if (index >= this.commit) return;
    const kept = Math.min(this.log.lastIndex, this.group.baseIndex);
    this.truncated += this.log.truncateAfter(kept);
    this.group.rebuild(this, kept);
    for (const { watch } of this.watches) watch.missed();
    this.watches.clear();
  }

  /** Counts only entries of its own term (jetstream B15). */
  #advanceCommit(): void {
    const { log, group } = this;
    this.match[this.member] = log.lastIndex;
    const matches = group.replicas.map(({ member }) => this.match[member] ?? 0).sort((a, b) => b - a);
    const agreed = matches[group.quorum - 1] ?? 0;
    if (agreed <= this.commit || log.termAt(agreed) !== this.term) return;
    this.commit = agreed;
    this.applyCommitted();
    // Followers learn of the commit at once where no proposal follows (jetstream B7).
    if (this.role === 'leader' && log.lastIndex === this.commit) this.#broadcast();
    group.compact(this);
  }

  #broadcast(): void {
    for (const { member } of this.group.replicas) if (member !== this.member) this.#sendAppend(member);
  }

  #sendAppend(member: number): void {
    const unanswered = this.#unanswered[member] ?? 0;
    if (unanswered >= unansweredLimit) return;
    const { log } = this;
    const next = this.#next[member] ?? 1;
    const previousTerm = log.termAt(next - 1);
    this.#unanswered[member] = unanswered + 1;
    if (previousTerm === undefined) {
      const { baseIndex, baseTerm, baseMachine } = this.group;
      this.#next[member] = baseIndex + 1;
      this.#send(member, {
        kind: 'snapshot',
        from: this.member,
        term: this.term,
        index: baseIndex,
        indexTerm: baseTerm,
        machine: baseMachine.clone(),
      });
      return;
    }
    const entries: readonly LogEntry[] = next > log.lastIndex ? [] : log.from(next, entriesAMessage);
    this.#next[member] = next + entries.length;
    this.#send(member, {
      kind: 'append',
      from: this.member,
      term: this.term,
      previousIndex: next - 1,
      previousTerm,
      entries,
      commit: this.commit,
    });
  }

  #answer(to: number, success: boolean, index: number): void {
    this.#send(to, { kind: 'appended', from: this.member, term: this.term, success, index });
  }

  #send(member: number, message: RaftMessage): void {
    const peer = this.group.replicas[member];
    if (peer === undefined) return;
    const sent = this.server.sendTo(
      peer.server,
      raftMessageBytes(message),
      RaftReplica.receive,
      peer,
      message,
    );
    if (!sent && this.role === 'leader') {
      this.#unanswered[member] = 0;
      this.#next[member] = (this.match[member] ?? 0) + 1;
    }
  }

  static #heartbeatDue(replica: RaftReplica): void {
    if (replica.role !== 'leader') return;
    replica.lastHeartbeatUs = replica.group.kernel.nowUs;
    if (replica.group.enterCalm(replica)) return;
    replica.#after(heartbeatUs, RaftReplica.#heartbeatDue);
    replica.#broadcast();
    replica.#advanceCommit();
  }

  /** An asset of one replica: its entry is written. */
  static #writeDue(replica: RaftReplica): void {
    if (replica.role === 'leader') replica.#advanceCommit();
  }

  /** Steps down at the first tick that finds too few peers heard (jetstream B13). */
  static #quorumDue(replica: RaftReplica): void {
    if (replica.role !== 'leader') return;
    const nowUs = replica.group.kernel.nowUs;
    const heard = replica.group.replicas.filter(
      ({ member }) => member === replica.member || nowUs - (replica.#heardUs[member] ?? 0) < quorumSilenceUs,
    );
    if (heard.length < replica.group.quorum) {
      replica.group.quorumLosses++;
      replica.stepDown();
      return;
    }
    replica.#after(quorumCheckUs, RaftReplica.#quorumDue);
  }

  /** Not yet in the server's process, so that a frozen one finds the deadline where it falls among what arrives. */
  static #electionTimer(replica: RaftReplica, incarnation: number): void {
    if (replica.#incarnation !== incarnation) return;
    const nowUs = replica.group.kernel.nowUs;
    if (replica.#electionTimerUs <= nowUs) replica.#electionTimerUs = Infinity;
    if (replica.#electionDeadlineUs > nowUs) replica.awaitLeader(replica.#electionDeadlineUs);
    else replica.server.run(RaftReplica.#electionDue, replica, incarnation);
  }

  static #electionDue(replica: RaftReplica, incarnation: number): void {
    if (replica.#incarnation !== incarnation || replica.role === 'leader') return;
    if (replica.#electionDeadlineUs > replica.group.kernel.nowUs) {
      replica.awaitLeader(replica.#electionDeadlineUs);
    } else {
      replica.#campaign();
    }
  }

  static #campaignDue(replica: RaftReplica): void {
    if (replica.role === 'follower') replica.#campaign();
  }

  #after(delayUs: number, due: (replica: RaftReplica) => void): void {
    this.group.kernel.after(delayUs, RaftReplica.#due, { replica: this, due }, this.#incarnation);
  }

  /** Timers run in the server's process: a frozen one finds them when it wakes. */
  static #due(timer: RaftTimer, incarnation: number): void {
    timer.replica.server.run(RaftReplica.#fire, timer, incarnation);
  }

  static #fire(timer: RaftTimer, incarnation: number): void {
    if (timer.replica.#incarnation === incarnation) timer.due(timer.replica);
  }

  #void(): void {
    this.#incarnation++;
    this.#electionTimerUs = Infinity;
  }

  #uniform([low, high]: readonly [number, number], atUs = this.group.kernel.nowUs): number {
    return low + (high - low) * this.group.draw(this.member, Math.round(atUs));
  }
}

interface RaftTimer {
  readonly replica: RaftReplica;
  readonly due: (replica: RaftReplica) => void;
}
