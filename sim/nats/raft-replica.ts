import type { GroupService } from './group-service.ts';
import { LegacyReplication } from './legacy-replication.ts';
import { LogReplication } from './log-replication.ts';
import type { Machine } from './machine.ts';
import type { NatsServer } from './nats-server.ts';
import type { Operation } from './operations.ts';
import { PeerProgress } from './peer-progress.ts';
import { wipe } from './raft-disk.ts';
import { RaftElection } from './raft-election.ts';
import type { RaftGroup } from './raft-group.ts';
import { RaftLog } from './raft-log.ts';
import { raftMessageBytes, type RaftMessage } from './raft-messages.ts';
import { RaftTimers } from './raft-timers.ts';
import type { Replication } from './replication.ts';
import type { ServerWatch } from './server-watch.ts';
import {
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
  readonly election: RaftElection = new RaftElection(this);
  readonly replication: Replication;
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
    this.replication = group.profile.soundRaft ? new LogReplication(this) : new LegacyReplication(this);
    this.log.opened(group.kernel.nowUs + this.#uniform(firstSyncUs));
  }

  /** It may have stepped down in what was just done. */
  get leads(): boolean {
    return this.role === 'leader';
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
    this.replication.stop();
    if (this.group.storage === 'memory') wipe(this);
  }

  /** Leaders only. Returns the index of the entry. */
  propose(operation: Operation): number {
    const { group, log } = this;
    const index = log.lastIndex + 1;
    log.append({ index, term: this.term, operation }, group.kernel.nowUs);
    if (group.calm) group.calmness.fly(this, index);
    else if (group.replicas.length === 1) this.#timers.after(writeUs, RaftReplica.#writeDue);
    else this.replication.broadcast();
    return index;
  }

  /** Hands leadership to a peer that is up, and steps down at once (jetstream B9). */
  transferLeadership(): void {
    if (this.role !== 'leader') return;
    const target = this.group.replicas.find(
      ({ member }) => member !== this.member && this.#silenceUs(member) < transferSilenceUs,
    );
    if (target !== undefined) {
      this.replication.bringUpToDate(target.member);
      this.send(target.member, { kind: 'transfer', from: this.member, term: this.term });
    }
    this.stepDown();
  }

  stepDown(): void {
    this.follow(this.term);
    this.leader = -1;
  }

  /** Only for the group: the elided state comes back, as seen by the leader, who heard each member at its time of `heardUs`. */
  resumeLeading(heartbeatAtUs: number, heardUs: readonly number[]): void {
    const { kernel } = this.group;
    this.#timers.clear();
    this.replication.resume();
    for (const [member, peer] of this.peers.entries()) peer.heardUs = heardUs[member] ?? 0;
    // Before the heartbeat, as where both run on: every tenth comes with it.
    const leadingUs = kernel.nowUs - this.becameLeaderUs;
    this.#timers.after(quorumCheckUs - (leadingUs % quorumCheckUs), RaftReplica.#quorumDue);
    this.#timers.after(heartbeatAtUs - kernel.nowUs, RaftReplica.#heartbeatDue);
    if (this.group.replicas.length === 1 && this.commit < this.log.lastIndex) {
      this.#timers.after(writeUs, RaftReplica.#writeDue);
    }
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
    this.replication.routeRestored(member);
  }

  static receive(replica: RaftReplica, message: RaftMessage): void {
    // It may have been replaced meanwhile.
    if (replica.group.replicas[replica.member] !== replica) return;
    const { group } = replica;
    // Of a term that is over: it is answered so, and changes nothing (a server of 2.9 waits anew for its leader).
    if (group.profile.soundRaft && message.term < replica.term) group.settle();
    else group.leaveCalm();
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
      case 'appended':
      case 'snapshot':
      case 'entries':
      case 'entries-answer':
        this.replication.receive(message);
        return;
      case 'vote':
        this.election.asked(message);
        return;
      case 'voted':
        this.election.answered(message);
        return;
      case 'transfer':
        if (message.term === this.term && this.role === 'follower') {
          this.#timers.after(transferCampaignUs, RaftReplica.#campaignDue);
        }
        return;
    }
  }

  /** What a member gets who is so far behind that the entries are gone. */
  snapshot(): RaftMessage {
    const { baseIndex, baseTerm, baseMachine } = this.group;
    return {
      kind: 'snapshot',
      from: this.member,
      term: this.term,
      index: baseIndex,
      indexTerm: baseTerm,
      machine: baseMachine.clone(),
    };
  }

  /** Takes a snapshot instead of the entries that it stands for. */
  restore({ index, indexTerm, machine }: Extract<RaftMessage, { kind: 'snapshot' }>): void {
    if (index <= this.applied) return;
    this.log.reset(index, indexTerm);
    this.machine = machine.clone();
    this.commit = index;
    this.applied = index;
    for (const watch of this.watches ?? []) watch.catchUp();
  }

  /** Direct reads are answered again once everything is applied that the leader has committed (jetstream H65). */
  readIfCaughtUp(commit: number): void {
    if (!this.reader && this.applied >= commit) this.server.caughtUp(this);
  }

  /** Campaigns after a time drawn from that range, unless this is called again before. */
  awaitLeader(rangeUs: readonly [number, number]): void {
    this.#timers.awaitLeader(this.group.kernel.nowUs + this.#uniform(rangeUs));
  }

  /** It was elected. */
  lead(): void {
    const { group } = this;
    this.#timers.clear();
    this.role = 'leader';
    this.leader = this.member;
    this.becameLeaderUs = group.kernel.nowUs;
    group.elections++;
    for (const peer of this.peers) peer.match = 0;
    this.service = group.createService(this);
    this.lastHeartbeatUs = this.becameLeaderUs;
    this.resumeLeading(
      this.becameLeaderUs + heartbeatUs,
      this.peers.map(() => this.becameLeaderUs),
    );
    if (!group.profile.leaderAfterApply) this.service.becomeReady();
    this.#leadershipIndex = this.log.lastIndex + 1;
    this.propose({ kind: 'leadership' });
  }

  /** Whatever it was, it waits for a leader of that term, or of its own if that is higher. */
  follow(term: number): void {
    this.#timers.clear();
    this.#leave();
    if (term > this.term) this.adopt(term);
    this.role = 'follower';
    this.awaitLeader(electionUs);
  }

  /** It has heard of a later term. */
  adopt(term: number): void {
    this.term = term;
    this.election.votedFor = -1;
  }

  #leave(): void {
    const { service } = this;
    this.service = undefined;
    service?.stop();
  }

  /** Leaders only: what a quorum has is committed; it counts only entries of its own term (jetstream B15). */
  advanceCommit(): void {
    const { log, group } = this;
    this.peers[this.member]?.matched(log.lastIndex);
    const matches = this.peers.map(({ match }) => match).sort((a, b) => b - a);
    const agreed = matches[group.quorum - 1] ?? 0;
    if (agreed <= this.commit) return;
    if (group.profile.soundRaft && log.termAt(agreed) !== this.term) return;
    this.commit = agreed;
    this.applyCommitted();
    // Followers learn of the commit at once where no proposal follows (jetstream B7).
    if (this.leads && log.lastIndex === this.commit) this.replication.broadcast();
    group.compact(this);
  }

  /** False: there is no route to that member. */
  send(member: number, message: RaftMessage): boolean {
    const peer = this.group.replicas[member];
    if (peer === undefined) return true;
    return this.server.sendRaft(peer.server, raftMessageBytes(message), RaftReplica.receive, peer, message);
  }

  /** Only for the group: a message that was sent before now, and arrives at that time. */
  sent(atUs: number, member: number, message: RaftMessage): void {
    const peer = this.group.replicas[member];
    if (peer === undefined) return;
    const bytes = raftMessageBytes(message);
    this.server.raftSent(atUs, peer.server, bytes, RaftReplica.receive, peer, message);
  }

  /** What a server would send to a member that is far behind, and that is of no use to it. */
  fillRoute(member: number, bytes: number): void {
    const other = this.group.replicas[member]?.server;
    const peer = other === undefined ? undefined : this.server.peers[other.index];
    if (peer !== undefined) this.server.routes.fill(peer, bytes);
  }

  static #heartbeatDue(replica: RaftReplica): void {
    if (replica.role !== 'leader') return;
    replica.lastHeartbeatUs = replica.group.kernel.nowUs;
    if (replica.group.calmness.enter(replica)) return;
    replica.#timers.after(heartbeatUs, RaftReplica.#heartbeatDue);
    replica.replication.broadcast();
    replica.advanceCommit();
  }

  /** An asset of one replica: its entry is written. */
  static #writeDue(replica: RaftReplica): void {
    if (replica.role === 'leader') replica.advanceCommit();
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
    replica.election.campaign();
  }

  /** Since when a leader has not heard a member. */
  #silenceUs(member: number): number {
    return this.group.kernel.nowUs - (this.peers[member]?.heardUs ?? 0);
  }

  #uniform([low, high]: readonly [number, number], atUs = this.group.kernel.nowUs): number {
    return low + (high - low) * this.group.draw(this.member, Math.round(atUs));
  }
}

/** How often a group's files reach the disk; 0: with every write (jetstream E41). */
function logSyncUs({ world, profile, size }: RaftGroup): number {
  if (world.syncAlways) return 0;
  return size === 1 ? syncUs : profile.logSyncUs;
}
