import type { GroupService } from './group-service.ts';
import type { NatsServer } from './nats-server.ts';
import type { LogEntry, Operation } from './operations.ts';
import type { RaftGroup } from './raft-group.ts';
import { PeerProgress } from './peer-progress.ts';
import { RaftLog } from './raft-log.ts';
import { raftMessageBytes, type RaftMessage } from './raft-messages.ts';
import { RaftTimers } from './raft-timers.ts';
import type { ServerWatch } from './server-watch.ts';
import { StreamMachine } from './stream-machine.ts';
import type { Machine } from './machine.ts';
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
  transferSilenceUs,
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
  readonly log: RaftLog;
  /** None while nobody watches. */
  watches: Set<ServerWatch> | undefined;
  /** Consumers of watches that went on elsewhere, which stay (fault C17). */
  ghostWatches = 0;
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
  /** Leaders only; by place in the group. */
  readonly peers: readonly PeerProgress[];
  /** Uncommitted entries that this replica had to give up. */
  truncated = 0;
  /** Applies nothing any more, until its server starts anew (fault R10). */
  stuck = false;
  /** By place in the group, as bits. */
  #votes = 0;
  #emptyVotes = 0;
  #votedUs = 0;
  readonly #timers: RaftTimers = new RaftTimers(this, RaftReplica.#campaignDue);
  #applying = false;
  #leadershipIndex = 0;

  constructor(group: RaftGroup, member: number, server: NatsServer, machine: Machine) {
    this.group = group;
    this.member = member;
    this.server = server;
    this.machine = machine;
    this.peers = Array.from({ length: group.size }, () => new PeerProgress());
    this.log = new RaftLog(logSyncUs(group));
    this.log.opened(group.kernel.nowUs + this.#uniform(firstSyncUs));
  }

  /** Boots: a follower that waits for a leader. */
  start(campaignInUs?: number): void {
    const nowUs = this.group.kernel.nowUs;
    this.#timers.clear();
    this.role = 'follower';
    this.leader = -1;
    this.log.opened(nowUs + this.#uniform(firstSyncUs));
    // An asset of one replica has no raft group and leads at once (jetstream A1).
    const alone = this.group.replicas.length === 1 ? firstCampaignUs : undefined;
    this.#timers.awaitLeader(nowUs + (campaignInUs ?? alone ?? this.#uniform(electionUs)));
  }

  /** The process is gone: memory is lost, the disk stays as written. */
  stop(): void {
    this.#timers.clear();
    this.#leave();
    this.role = 'follower';
    this.leader = -1;
    this.reader = false;
    this.stuck = false;
    this.watches = undefined;
    this.ghostWatches = 0;
    if (this.group.storage === 'memory') this.wipe();
  }

  /** Everything is gone: memory, with the process, or a file that was damaged. */
  wipe(): void {
    this.log.reset(0, 0);
    this.group.rebuild(this, 0, true);
  }

  /** Part of the files is damaged: what comes behind is gone. Returns how many log entries (fault D3). */
  corrupt(keptShare: number): number {
    const { log } = this;
    const kept = Math.max(this.group.baseIndex, log.baseIndex) + Math.floor(log.length * keptShare);
    const lost = log.truncateAfter(kept);
    this.group.rebuild(this, Math.min(kept, log.lastIndex), false);
    // It does not know that it knew more: this is what makes the damage spread.
    this.commit = Math.min(this.commit, log.lastIndex);
    this.applied = Math.min(this.applied, log.lastIndex);
    return lost;
  }

  /** Power was lost: what was written after the last sync is gone (jetstream E44). Returns the number of entries lost. */
  loseUnsynced(): number {
    const { group, log } = this;
    const { nowUs } = group.kernel;
    const kept = log.syncedIndex(nowUs);
    const forgetsPurge = group.profile.losesPurges && group.size === 1 && hasPurge(log, kept);
    const lost = log.truncateAfter(kept);
    if (lost > 0 || this.applied > kept) group.rebuild(this, kept, false);
    if (forgetsPurge && this.machine instanceof StreamMachine) {
      this.machine.forgetAll();
      this.commit = kept;
      this.applied = kept;
    }
    // A vote that was only written is forgotten, so it can be given again (fault D8).
    if (!group.profile.syncsVotes && !group.world.syncAlways && log.isUnsynced(this.#votedUs, nowUs)) {
      this.votedFor = -1;
      this.term = Math.max(1, log.lastTerm);
    }
    return lost;
  }

  /** Leaders only. Returns the index of the entry. */
  propose(operation: Operation): number {
    const { group, log } = this;
    const index = log.lastIndex + 1;
    log.append({ index, term: this.term, operation }, group.kernel.nowUs);
    if (group.calm) group.fly(this, index);
    else if (group.replicas.length === 1) this.#timers.after(writeUs, RaftReplica.#writeDue);
    else this.#broadcast();
    return index;
  }

  /** Hands leadership to a peer that is up, and steps down at once (jetstream B9). */
  transferLeadership(): void {
    if (this.role !== 'leader') return;
    const target = this.group.replicas.find(
      ({ member }) => member !== this.member && this.#silenceUs(member) < transferSilenceUs,
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
    this.#timers.clear();
    for (const peer of this.peers) peer.resume(this.log.lastIndex + 1, Math.min(heardUs, kernel.nowUs));
    this.#timers.after(heartbeatAtUs - kernel.nowUs, RaftReplica.#heartbeatDue);
    if (this.group.replicas.length === 1 && this.commit < this.log.lastIndex) {
      this.#timers.after(writeUs, RaftReplica.#writeDue);
    }
    const leadingUs = kernel.nowUs - this.becameLeaderUs;
    this.#timers.after(quorumCheckUs - (leadingUs % quorumCheckUs), RaftReplica.#quorumDue);
  }

  /** Only for the group: the first entry that the follower has not got is sent again. */
  resend(member: number, fromIndex: number): void {
    const peer = this.peers[member];
    if (peer !== undefined) peer.next = fromIndex;
    this.#sendAppend(member);
  }

  /** Only for the group: the elided state comes back, as seen by a follower that heard its leader at `heardUs`. */
  resumeFollowing(heardUs: number): void {
    this.#timers.clear();
    this.#timers.awaitLeader(heardUs + this.#uniform(electionUs, heardUs));
  }

  /** Only for the group: stops all timers. */
  quieten(): void {
    this.#timers.clear();
  }

  /** The connection to a peer's server was made anew: nothing is on its way any more. */
  routeRestored(member: number): void {
    if (this.role !== 'leader' || this.group.calm) return;
    this.peers[member]?.rewind();
    this.#sendAppend(member);
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
        else if (message.granted && message.term === this.term) this.#elect(message.from, message.empty);
        return;
      case 'transfer':
        if (message.term === this.term && this.role === 'follower') {
          this.#timers.after(transferCampaignUs, RaftReplica.#campaignDue);
        }
        return;
    }
  }

  /** False: the sender's term is over. */
  #follow(from: number, term: number): boolean {
    if (term < this.term) {
      this.#answer(from, false, this.log.lastIndex);
      return false;
    }
    if (term > this.term || this.role !== 'follower') this.#becomeFollower(term);
    this.leader = from;
    this.#timers.awaitLeader(this.group.kernel.nowUs + this.#uniform(electionUs));
    return true;
  }

  #onAppend(from: number, term: number, message: Extract<RaftMessage, { kind: 'append' }>): void {
    if (!this.#follow(from, term) || this.stuck) return;
    const { log } = this;
    const { previousIndex, previousTerm, entries } = message;
    if (!this.group.profile.soundRaft && this.#misfits(from, previousIndex, previousTerm)) return;
    // What lies before the base is committed and agrees.
    if (previousIndex > log.baseIndex) {
      const known = log.termAt(previousIndex);
      if (known !== previousTerm && this.group.profile.soundRaft) {
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
    const peer = this.peers[from];
    if (peer === undefined) return;
    peer.answered(this.group.kernel.nowUs);
    if (!success) {
      peer.next = Math.max(1, index + 1);
      this.#sendAppend(from);
      return;
    }
    peer.matched(index);
    this.#advanceCommit();
    if (this.role === 'leader' && peer.next <= this.log.lastIndex) this.#sendAppend(from);
  }

  #onSnapshot(from: number, term: number, index: number, indexTerm: number, machine: Machine): void {
    if (!this.#follow(from, term) || this.stuck) return;
    if (index > this.applied) {
      this.log.reset(index, indexTerm);
      this.machine = machine.clone();
      this.commit = index;
      this.applied = index;
      for (const watch of this.watches ?? []) watch.catchUp();
    }
    this.#answer(from, true, index);
  }

  /**
   * What a server of 2.9.10 does where the leader's log and its own differ (jetstream B16, R1): a lower index is
   * truncated to that index, the entry there inherits the leader's term whatever it says, or is called agreed; the same
   * index with another term is built upon. True: answered. Which of these paths lost the messages that were measured was
   * not traced; where the entry behind agrees in term the follower gives way as it should, which meets the measured rate.
   */
  #misfits(from: number, previousIndex: number, previousTerm: number): boolean {
    const { log } = this;
    if (previousIndex > log.lastIndex) {
      this.#answer(from, false, log.lastIndex);
      return true;
    }
    if (previousIndex === log.lastIndex || previousIndex <= log.baseIndex) return false;
    if (log.termAt(previousIndex) === previousTerm && log.termAt(previousIndex + 1) === previousTerm)
      return false;
    const before = log.termAt(previousIndex - 1);
    if (before === undefined || previousTerm > before) {
      this.truncated += log.truncateAfter(previousIndex);
      log.relabel(previousIndex, previousTerm);
      this.#answer(from, false, previousIndex);
    } else {
      log.relabel(log.lastIndex, previousTerm);
      this.#answer(from, true, previousIndex);
    }
    return true;
  }

  #onVote(from: number, term: number, lastIndex: number, lastTerm: number): void {
    if (term > this.term) this.#becomeFollower(term);
    const { log } = this;
    // A server of 2.9 wants both to be as high (jetstream B16).
    const better = this.group.profile.soundRaft
      ? log.lastTerm > lastTerm || (log.lastTerm === lastTerm && log.lastIndex > lastIndex)
      : log.lastTerm > lastTerm || log.lastIndex > lastIndex;
    const granted =
      term === this.term &&
      !better &&
      this.role === 'follower' &&
      (this.votedFor === -1 || this.votedFor === from);
    const nowUs = this.group.kernel.nowUs;
    if (granted) {
      this.votedFor = from;
      this.#votedUs = nowUs;
      this.#timers.awaitLeader(nowUs + this.#uniform(electionUs));
    } else if (better && term === this.term && this.role === 'follower') {
      this.#timers.awaitLeader(nowUs + this.#uniform(campaignUs));
    }
    const empty = log.lastIndex === 0 && this.group.profile.emptyVotes && !this.group.isNew;
    this.#send(from, { kind: 'voted', from: this.member, term: this.term, granted, empty });
  }

  #elect(voter: number, empty: boolean): void {
    if (this.role !== 'candidate') return;
    if (empty) this.#emptyVotes |= 1 << voter;
    else this.#votes |= 1 << voter;
    const votes = bitCount(this.#votes);
    if (votes >= this.group.quorum || votes + bitCount(this.#emptyVotes) >= this.group.size)
      this.#becomeLeader();
  }

  #campaign(): void {
    if (this.role === 'leader') return;
    this.term++;
    this.role = 'candidate';
    this.leader = -1;
    this.votedFor = this.member;
    this.#votedUs = this.group.kernel.nowUs;
    this.#votes = 0;
    this.#emptyVotes = 0;
    this.#timers.awaitLeader(this.group.kernel.nowUs + this.#uniform(electionUs));
    // One without a log has nothing to lead with, unless all say so (jetstream B17).
    this.#elect(this.member, this.log.lastIndex === 0 && this.group.profile.emptyVotes && !this.group.isNew);
    if (this.group.quorum === 1) return;
    const { lastIndex, lastTerm } = this.log;
    for (const { member } of this.group.replicas) {
      if (member === this.member) continue;
      this.#send(member, { kind: 'vote', from: this.member, term: this.term, lastIndex, lastTerm });
    }
  }

  #becomeLeader(): void {
    const { group } = this;
    this.#timers.clear();
    this.role = 'leader';
    this.leader = this.member;
    this.becameLeaderUs = group.kernel.nowUs;
    group.elections++;
    for (const peer of this.peers) peer.match = 0;
    this.service = group.createService(this);
    this.lastHeartbeatUs = this.becameLeaderUs;
    this.resumeLeading(this.becameLeaderUs + heartbeatUs, this.becameLeaderUs);
    if (!group.profile.leaderAfterApply) this.service.becomeReady();
    this.#leadershipIndex = this.log.lastIndex + 1;
    this.propose({ kind: 'leadership' });
  }

  #becomeFollower(term: number): void {
    this.#timers.clear();
    this.#leave();
    if (term > this.term) {
      this.term = term;
      this.votedFor = -1;
    }
    this.role = 'follower';
    this.#timers.awaitLeader(this.group.kernel.nowUs + this.#uniform(electionUs));
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
    this.group.rebuild(this, kept, false);
    for (const { watch } of this.watches ?? []) watch.missed();
    this.watches = undefined;
  }

  /** Counts only entries of its own term (jetstream B15). */
  #advanceCommit(): void {
    const { log, group } = this;
    this.peers[this.member]?.matched(log.lastIndex);
    const matches = this.peers.map(({ match }) => match).sort((a, b) => b - a);
    const agreed = matches[group.quorum - 1] ?? 0;
    if (agreed <= this.commit) return;
    if (group.profile.soundRaft && log.termAt(agreed) !== this.term) return;
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
    const peer = this.peers[member];
    if (peer === undefined || peer.unanswered >= unansweredLimit) return;
    const { log } = this;
    const { next } = peer;
    const previousTerm = log.termAt(next - 1);
    peer.unanswered++;
    if (previousTerm === undefined) {
      const { baseIndex, baseTerm, baseMachine } = this.group;
      peer.next = baseIndex + 1;
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
    peer.next = next + entries.length;
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
    if (!sent && this.role === 'leader') this.peers[member]?.rewind();
  }

  static #heartbeatDue(replica: RaftReplica): void {
    if (replica.role !== 'leader') return;
    replica.lastHeartbeatUs = replica.group.kernel.nowUs;
    if (replica.group.enterCalm(replica)) return;
    replica.#timers.after(heartbeatUs, RaftReplica.#heartbeatDue);
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
    const heard = replica.group.replicas.filter(
      ({ member }) => member === replica.member || replica.#silenceUs(member) < quorumSilenceUs,
    );
    if (heard.length < replica.group.quorum) {
      replica.group.quorumLosses++;
      replica.stepDown();
      return;
    }
    replica.#timers.after(quorumCheckUs, RaftReplica.#quorumDue);
  }

  static #campaignDue(replica: RaftReplica): void {
    replica.#campaign();
  }

  /** Since when a leader has not heard a member. */
  #silenceUs(member: number): number {
    return this.group.kernel.nowUs - (this.peers[member]?.heardUs ?? 0);
  }

  #uniform([low, high]: readonly [number, number], atUs = this.group.kernel.nowUs): number {
    return low + (high - low) * this.group.draw(this.member, Math.round(atUs));
  }
}

function bitCount(bits: number): number {
  let count = 0;
  for (let left = bits; left !== 0; left &= left - 1) count++;
  return count;
}

/** A purge of a whole stream is among what was not synced. */
function hasPurge(log: RaftLog, kept: number): boolean {
  return log
    .from(kept + 1, log.length)
    .some(({ operation }) => operation.kind === 'purge' && operation.subject === '');
}

/** How often a group's files reach the disk; 0: with every write (jetstream E41). */
function logSyncUs({ world, profile, size }: RaftGroup): number {
  if (world.syncAlways) return 0;
  return size === 1 ? syncUs : profile.logSyncUs;
}
