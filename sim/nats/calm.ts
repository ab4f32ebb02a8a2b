import { tellings, type Flight, type Telling } from './flight.ts';
import type { RaftGroup } from './raft-group.ts';
import type { RaftReplica } from './raft-replica.ts';
import type { ServerWatch } from './server-watch.ts';
import type { StreamAsset } from './stream-asset.ts';
import { heartbeatUs, writeUs } from './timing.ts';

interface FollowerProgress {
  writtenUs: number;
  ackedUs: number;
  visibleUs: number;
  /** When the last flight that `settle` found was heard of, and the last that it had found the time before. */
  settledUs: number;
  settledBeforeUs: number;
  /** Flights that have arrived, and flights whose commit has arrived. */
  written: number;
  visible: number;
}

const flightsKept = 256;

/**
 * A group is calm while all its replicas agree and every link among them is healthy. A proposal then costs one event, at
 * the moment of its commit, and heartbeats and timers none; any disturbance brings messages, timers and logs back to
 * what they would be (DESIGN, speed).
 */
export class Calm {
  holds = false;
  readonly #group: RaftGroup;
  #flights: Flight[] = [];
  /** How many flights are committed, and of how many the followers were told. */
  #landed = 0;
  #announced = 0;
  #lastCommitUs = 0;
  #epoch = 0;
  #landing: Flight | undefined;
  #progress: FollowerProgress[] = [];

  constructor(group: RaftGroup) {
    this.#group = group;
  }

  /** Goes calm where nothing can interfere. True: it did (or already was). */
  enter(leader: RaftReplica): boolean {
    if (this.holds) return true;
    if (!this.#group.world.elide || !this.#settled(leader) || !this.#alike(leader)) return false;
    // What a calm follower applies it applies late, which would be seen beside it.
    if (this.#group.beside?.stream.hasDiverged === true) return false;
    const servers = this.#group.replicas.map(({ server }) => server);
    if (!this.#group.world.quiet(servers)) return false;
    this.holds = true;
    this.#flights = [];
    this.#landed = 0;
    this.#announced = 0;
    this.#lastCommitUs = 0;
    this.#progress = this.#group.replicas.map(() => ({
      writtenUs: 0,
      ackedUs: 0,
      visibleUs: 0,
      settledUs: 0,
      settledBeforeUs: 0,
      written: 0,
      visible: 0,
    }));
    for (const replica of this.#group.replicas) replica.quieten();
    return true;
  }

  /** Brings the elided state back: must be called before anything changes that could interfere. */
  leave(): void {
    if (!this.holds) return;
    const leader = this.#group.leader();
    if (leader === undefined) return;
    const nowUs = this.#group.kernel.nowUs;
    const beats = Math.floor((nowUs - leader.lastHeartbeatUs) / heartbeatUs);
    const heartbeatAtUs = leader.lastHeartbeatUs + beats * heartbeatUs;
    const heartbeatsAtUs = [heartbeatAtUs - heartbeatUs, heartbeatAtUs];
    const lastIndex = (this.#flights[0]?.index ?? leader.log.lastIndex + 1) - 1;
    const heardUs: number[] = [];
    const told = new Map<RaftReplica, readonly Telling[]>();
    for (const replica of this.#group.replicas) {
      if (replica === leader) continue;
      const { member, server } = replica;
      const hopUs = this.#group.world.network.delayUs(leader.server.host, server.host);
      const ofMember = tellings(this.#flights, member, lastIndex, heartbeatsAtUs, hopUs);
      told.set(replica, ofMember);
      const answered = ofMember.filter(({ answeredUs }) => answeredUs <= nowUs);
      leader.peers[member]?.matched(Math.max(lastIndex, ...answered.map(({ index }) => index)));
      heardUs[member] = Math.max(
        ...answered.map(({ answeredUs }) => answeredUs),
        ...this.#settledTimes(member)
          .filter((atUs) => atUs <= nowUs - hopUs)
          .map((atUs) => atUs + hopUs),
      );
    }
    this.settle();
    this.holds = false;
    this.#epoch++;
    this.#flights = [];
    for (const [replica, ofMember] of told) {
      const heard = ofMember.filter(({ atUs }) => atUs <= nowUs).map(({ atUs }) => atUs);
      const lastUs = Math.max(...heard, ...this.#settledTimes(replica.member));
      replica.resumeFollowing(Math.round(lastUs));
    }
    leader.resumeLeading(heartbeatAtUs + heartbeatUs, heardUs);
    for (const [replica, ofMember] of told) {
      for (const telling of ofMember) this.#putOnItsWay(leader, replica, telling);
    }
  }

  /** What was said before now, and is heard only later. */
  #putOnItsWay(leader: RaftReplica, replica: RaftReplica, telling: Telling): void {
    const { nowUs } = this.#group.kernel;
    const { atUs, answeredUs, index, commit, withEntry } = telling;
    if (answeredUs <= nowUs) return;
    leader.peers[replica.member]?.asked();
    if (atUs <= nowUs) {
      replica.replication.answerAt(answeredUs, leader.member, index);
      return;
    }
    const entry = withEntry ? leader.log.at(index) : undefined;
    const entries = entry === undefined ? [] : [entry];
    leader.replication.tellAt(
      atUs,
      replica.member,
      index - entries.length,
      entries,
      Math.max(commit, replica.commit),
    );
  }

  /** A proposal in a calm group: one event at its commit. */
  fly(leader: RaftReplica, index: number): void {
    const nowUs = this.#group.kernel.nowUs;
    const { network } = this.#group.world;
    const writtenUs: number[] = [];
    const ackedUs: number[] = [];
    for (const replica of this.#group.replicas) {
      const progress = this.#progress[replica.member];
      if (replica === leader || progress === undefined) {
        writtenUs.push(nowUs);
        ackedUs.push(nowUs + writeUs);
        continue;
      }
      const there = nowUs + network.delayUs(leader.server.host, replica.server.host);
      progress.writtenUs = Math.max(progress.writtenUs, there);
      const back = progress.writtenUs + network.delayUs(replica.server.host, leader.server.host);
      progress.ackedUs = Math.max(progress.ackedUs, back);
      writtenUs.push(progress.writtenUs);
      ackedUs.push(progress.ackedUs);
    }
    this.#lastCommitUs = Math.max(this.#lastCommitUs, Math.round(this.#quorumTime(ackedUs)));
    // The entry carries the news of earlier commits (jetstream B7).
    this.#announce(leader, (member) => writtenUs[member] ?? nowUs);
    this.#flights.push({ index, writtenUs, ackedUs, visibleUs: [], sequence: 0 });
    this.#group.kernel.at(this.#lastCommitUs, Calm.#land, this, this.#epoch);
  }

  /** A watch begins on a follower: it gets what the follower will hear of, and no longer finds in a list. */
  deliverAnnounced(replica: RaftReplica, watch: ServerWatch): void {
    const progress = this.#progress[replica.member];
    if (!this.holds || progress === undefined || replica.role === 'leader') return;
    const leader = this.#group.leader();
    for (let place = progress.visible; place < this.#announced; place++) {
      const flight = this.#flights[place];
      if (flight !== undefined && leader !== undefined)
        this.#deliverTo(watch, leader, flight, replica.member);
    }
  }

  /** Brings a follower's log and machine to what they are at this moment: look at them only after this. */
  settle(): void {
    if (!this.holds) return;
    const leader = this.#group.leader();
    const nowUs = this.#group.kernel.nowUs;
    if (leader === undefined) return;
    for (const replica of this.#group.replicas) {
      const progress = this.#progress[replica.member];
      if (replica === leader || progress === undefined) continue;
      const beforeUs = progress.settledUs;
      for (; progress.written < this.#flights.length; progress.written++) {
        const flight = this.#flights[progress.written];
        const writtenUs = flight?.writtenUs[replica.member] ?? Infinity;
        const entry = flight === undefined ? undefined : leader.log.at(flight.index);
        if (entry === undefined || writtenUs > nowUs) break;
        replica.log.append(entry, writtenUs);
        progress.settledUs = Math.max(progress.settledUs, writtenUs);
      }
      for (; progress.visible < progress.written; progress.visible++) {
        const flight = this.#flights[progress.visible];
        const visibleUs = flight?.visibleUs[replica.member] ?? Infinity;
        if (flight === undefined || visibleUs > nowUs) break;
        replica.commit = flight.index;
        progress.settledUs = Math.max(progress.settledUs, visibleUs);
      }
      if (progress.settledUs > beforeUs) progress.settledBeforeUs = beforeUs;
      replica.applyCommitted();
    }
    this.#dropFlights();
  }

  /** The leader's machine has applied an entry. */
  answered(index: number, sequence: number): void {
    if (this.#landing?.index === index) this.#landing.sequence = sequence;
  }

  /** All followers have answered everything, and have everything. */
  #settled(leader: RaftReplica): boolean {
    const { lastIndex } = leader.log;
    if (leader.role !== 'leader' || leader.commit !== lastIndex || leader.service?.ready !== true)
      return false;
    return this.#group.replicas.every((replica) => {
      if (replica === leader) return true;
      const peer = leader.peers[replica.member];
      return (
        peer?.match === lastIndex &&
        peer.unanswered === 0 &&
        replica.role === 'follower' &&
        replica.term === leader.term &&
        replica.leader === leader.member &&
        replica.log.lastIndex === lastIndex &&
        replica.commit === lastIndex &&
        replica.applied === lastIndex &&
        !replica.stuck &&
        replica.reader
      );
    });
  }

  /** What the leader's machine answers, every replica's would: those of 2.9 that have diverged tell their watches otherwise. */
  #alike({ machine }: RaftReplica): boolean {
    return this.#group.replicas.every((replica) => replica.machine.isAlike(machine));
  }

  /** When a member heard of what was settled, the last two times. */
  #settledTimes(member: number): readonly number[] {
    const progress = this.#progress[member];
    return progress === undefined ? [] : [progress.settledBeforeUs, progress.settledUs];
  }

  #quorumTime(ackedUs: readonly number[]): number {
    const [first = 0, second = 0, third = 0] = ackedUs;
    if (ackedUs.length === 1) return first;
    if (ackedUs.length === 3)
      return Math.max(Math.min(first, second), Math.min(Math.max(first, second), third));
    const ordered = [...ackedUs].sort((a, b) => a - b);
    return ordered[this.#group.quorum - 1] ?? 0;
  }

  static #land(calm: Calm, epoch: number): void {
    if (calm.#epoch !== epoch || !calm.holds) return;
    const flight = calm.#flights[calm.#landed];
    const leader = calm.#group.leader();
    if (flight === undefined || leader === undefined) return;
    calm.#landed++;
    calm.#landing = flight;
    leader.commit = flight.index;
    leader.applyCommitted();
    calm.#landing = undefined;
    if (calm.#landed === calm.#flights.length) {
      const { kernel, world } = calm.#group;
      calm.#announce(leader, (member) => {
        const host = calm.#group.replicas[member]?.server.host ?? leader.server.host;
        return kernel.nowUs + world.network.delayUs(leader.server.host, host);
      });
    }
    if (calm.#landed >= flightsKept) calm.settle();
    calm.#group.compact(leader);
  }

  /** The followers are told how far the leader has committed; `arrivalUs` is when each of them hears it. */
  #announce(leader: RaftReplica, arrivalUs: (member: number) => number): void {
    if (this.#announced === this.#landed) return;
    const visibleUs = this.#group.replicas.map(({ member }) => {
      const progress = this.#progress[member];
      if (member === leader.member || progress === undefined) return this.#group.kernel.nowUs;
      // On one connection: the news does not overtake the entries that it is about.
      progress.visibleUs = Math.max(progress.visibleUs, progress.writtenUs, arrivalUs(member));
      return progress.visibleUs;
    });
    for (; this.#announced < this.#landed; this.#announced++) {
      const flight = this.#flights[this.#announced];
      if (flight === undefined) continue;
      flight.visibleUs = visibleUs;
      for (const replica of this.#group.replicas) {
        if (replica === leader) continue;
        if (replica.watches !== undefined) {
          for (const watch of replica.watches) this.#deliverTo(watch, leader, flight, replica.member);
        }
        if (this.#group.asset !== undefined && this.#group.asset.consumers.size > 0) {
          this.#wakeFor(this.#group.asset, replica, leader, flight);
        }
      }
    }
  }

  /** A consumer's leader beside a follower looks at the stream when the follower will have applied this. */
  #wakeFor(asset: StreamAsset, replica: RaftReplica, leader: RaftReplica, flight: Flight): void {
    const operation = leader.log.at(flight.index)?.operation;
    if (operation === undefined || !this.#group.world.hasListeners(asset, replica.server, operation)) return;
    const atUs = Math.ceil(Math.max(this.#group.kernel.nowUs, flight.visibleUs[replica.member] ?? 0));
    this.#group.kernel.at(atUs, Calm.#settleDue, this, undefined);
  }

  static #settleDue(calm: Calm): void {
    calm.settle();
  }

  /** A consumer's leader has come to a follower: it looks at the stream whenever the follower applies what is on its way. */
  wakeAnnounced(replica: RaftReplica): void {
    const progress = this.#progress[replica.member];
    const leader = this.#group.leader();
    const { asset } = this.#group;
    if (!this.holds || asset === undefined || progress === undefined || leader === undefined) return;
    if (replica.role === 'leader') return;
    for (let place = progress.visible; place < this.#announced; place++) {
      const flight = this.#flights[place];
      if (flight !== undefined) this.#wakeFor(asset, replica, leader, flight);
    }
  }

  #deliverTo(watch: ServerWatch, leader: RaftReplica, flight: Flight, member: number): void {
    const operation = leader.log.at(flight.index)?.operation;
    if (operation?.kind !== 'store' || flight.sequence <= 0) return;
    const inUs = Math.max(0, (flight.visibleUs[member] ?? 0) - this.#group.kernel.nowUs);
    watch.deliver(flight.sequence, operation, inUs);
  }

  #dropFlights(): void {
    let done = this.#announced;
    for (const [member, { visible }] of this.#progress.entries()) {
      const replica = this.#group.replicas[member];
      if (replica !== undefined && replica.role !== 'leader') done = Math.min(done, visible);
    }
    if (done === 0) return;
    this.#flights.splice(0, done);
    this.#landed -= done;
    this.#announced -= done;
    for (const progress of this.#progress) {
      progress.written = Math.max(0, progress.written - done);
      progress.visible = Math.max(0, progress.visible - done);
    }
  }
}
