import { mix32, type Kernel, type RandomStream } from '../kernel/index.ts';
import type { Network } from '../network/index.ts';
import { tellings, type Flight, type Telling } from './flight.ts';
import type { GroupService } from './group-service.ts';
import type { NatsServer } from './nats-server.ts';
import type { Machine } from './machine.ts';
import type { LogEntry, Operation } from './operations.ts';
import type { NatsProfile } from './profile.ts';
import { RaftReplica } from './raft-replica.ts';
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

export interface GroupWorld {
  readonly kernel: Kernel;
  readonly network: Network;
  readonly profile: NatsProfile;
  /** Elision is allowed at all. */
  readonly elide: boolean;
  /** Every write is on the disk before it is answered. */
  readonly syncAlways: boolean;
  /** The same for the same name. */
  groupNumber(name: string): number;
  /** Nothing is wrong with any server or any link between two of them. */
  quiet(servers: readonly NatsServer[]): boolean;
  /** Leaders of consumers on that server have something to do when its replica of the stream applies this. */
  hasListeners(asset: StreamAsset, server: NatsServer, operation: Operation): boolean;
  streamChanged(asset: StreamAsset, server: NatsServer, operation: Operation, result: number): void;
}

/** Where each replica of a consumer does something to the replica of its stream beside it. */
export interface Beside {
  readonly stream: RaftGroup;
  applied(replica: RaftReplica, operation: Operation): void;
}

/** Log entries that a group keeps before it looks what is synced everywhere; consumers are many and keep few. */
const compactionEntries = { stream: 4096, other: 32 } as const;
const flightsKept = 256;
/** Behind by more than this, a dead replica no longer holds the others' logs back: it will need a snapshot. */
const laggardEntries = 65_536;

/**
 * The replicas of a stream, a bucket or the meta group. **Calm**: all replicas agree and every link among them is
 * healthy; a proposal then costs one event, at the moment of its commit, and heartbeats and timers none. Any
 * disturbance brings messages, timers and logs back to what they would be (DESIGN, speed).
 */
export class RaftGroup {
  readonly name: string;
  /** Stands for the name in its cluster. */
  readonly number: number;
  /** Memory is lost with the process. */
  readonly storage: 'file' | 'memory';
  /** Of streams. */
  asset: StreamAsset | undefined;
  hasDiverged = false;
  /** Of consumers of 2.9. */
  beside: Beside | undefined;
  readonly world: GroupWorld;
  readonly kernel: Kernel;
  readonly random: RandomStream;
  readonly profile: NatsProfile;
  replicas: readonly RaftReplica[];
  readonly quorum: number;
  readonly size: number;
  readonly createService: (replica: RaftReplica) => GroupService;
  calm = false;
  elections = 0;
  quorumLosses = 0;
  /** The state up to `baseIndex`, synced everywhere: where a compacted log begins. */
  readonly baseMachine: Machine;
  baseIndex = 0;
  baseTerm = 0;
  #servers: readonly NatsServer[];
  readonly #seed: number;
  readonly #createMachine: () => Machine;
  #flights: Flight[] = [];
  /** How many flights are committed, and of how many the followers were told. */
  #landed = 0;
  #announced = 0;
  #lastCommitUs = 0;
  #epoch = 0;
  #landing: Flight | undefined;
  #progress: FollowerProgress[] = [];
  #compactAt: number = compactionEntries.other;

  constructor(
    world: GroupWorld,
    name: string,
    storage: 'file' | 'memory',
    servers: readonly NatsServer[],
    createMachine: () => Machine,
    createService: (replica: RaftReplica) => GroupService,
  ) {
    this.world = world;
    this.name = name;
    this.number = world.groupNumber(name);
    this.storage = storage;
    this.kernel = world.kernel;
    this.profile = world.profile;
    this.random = world.kernel.stream('raft', `${servers[0]?.name ?? ''}/${name}`);
    this.#servers = servers;
    this.#seed = this.random.uint32();
    this.#createMachine = createMachine;
    this.createService = createService;
    this.size = servers.length;
    this.quorum = Math.floor(servers.length / 2) + 1;
    this.baseMachine = createMachine();
    this.replicas = servers.map((server, member) => new RaftReplica(this, member, server, createMachine()));
  }

  replicaOn(server: NatsServer): RaftReplica | undefined {
    return this.replicas.find((replica) => replica.server === server);
  }

  /** The leader of the highest term that is up; there can be an older one beside it (jetstream B14). */
  leader(): RaftReplica | undefined {
    let best: RaftReplica | undefined;
    for (const replica of this.replicas) {
      if (replica.role !== 'leader' || !replica.server.up) continue;
      if (best === undefined || replica.term > best.term) best = replica;
    }
    return best;
  }

  /**
   * Another server takes the place of a member. It begins with nothing, and its vote and its answers count at once, as
   * the servers of the group believe as soon as they hear of it (fault R8).
   */
  replaceMember(member: number, server: NatsServer): RaftReplica {
    this.leaveCalm();
    const replica = new RaftReplica(this, member, server, this.#createMachine());
    replica.reader = false;
    this.replicas = this.replicas.with(member, replica);
    this.#servers = this.#servers.with(member, server);
    for (const { peers } of this.replicas) peers[member]?.forget();
    return replica;
  }

  /** Nothing was agreed on yet: an empty log is as it should be (`initializing`). */
  get isNew(): boolean {
    return this.elections === 0;
  }

  /** The replica that has applied most: what the group has agreed on. */
  mostApplied(): RaftReplica {
    const [first, ...others] = this.replicas;
    if (first === undefined) throw new RangeError(`group ${this.name} has no replicas`);
    let best = first;
    for (const replica of others) if (replica.applied > best.applied) best = replica;
    return best;
  }

  /** Goes calm where nothing can interfere. True: it did (or already was). */
  enterCalm(leader: RaftReplica): boolean {
    if (this.calm) return true;
    if (!this.world.elide || !this.#settled(leader) || !this.#alike(leader)) return false;
    // What a calm follower applies it applies late, which would be seen beside it.
    if (this.beside?.stream.hasDiverged === true) return false;
    if (!this.world.quiet(this.#servers)) return false;
    this.calm = true;
    this.#flights = [];
    this.#landed = 0;
    this.#announced = 0;
    this.#lastCommitUs = 0;
    this.#progress = this.replicas.map(() => ({
      writtenUs: 0,
      ackedUs: 0,
      visibleUs: 0,
      settledUs: 0,
      settledBeforeUs: 0,
      written: 0,
      visible: 0,
    }));
    for (const replica of this.replicas) replica.quieten();
    return true;
  }

  /** A replica keeps an entry of its own where its leader has another one (2.9, jetstream R1). */
  diverge(): void {
    if (this.hasDiverged) return;
    this.hasDiverged = true;
    for (const { group } of this.asset?.consumers.values() ?? []) group.leaveCalm();
  }

  /** Brings the elided state back: must be called before anything changes that could interfere. */
  leaveCalm(): void {
    if (!this.calm) return;
    const leader = this.leader();
    if (leader === undefined) return;
    const nowUs = this.kernel.nowUs;
    const beats = Math.floor((nowUs - leader.lastHeartbeatUs) / heartbeatUs);
    const heartbeatAtUs = leader.lastHeartbeatUs + beats * heartbeatUs;
    const heartbeatsAtUs = [heartbeatAtUs - heartbeatUs, heartbeatAtUs];
    const lastIndex = (this.#flights[0]?.index ?? leader.log.lastIndex + 1) - 1;
    const heardUs: number[] = [];
    const told = new Map<RaftReplica, readonly Telling[]>();
    for (const replica of this.replicas) {
      if (replica === leader) continue;
      const { member, server } = replica;
      const hopUs = this.world.network.delayUs(leader.server.host, server.host);
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
    this.calm = false;
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
    const { nowUs } = this.kernel;
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

  /** In [0, 1): depends on who asks and when, not on how often others asked, so that elision changes no draw. */
  draw(member: number, timeUs: number): number {
    const low = timeUs % 0x100000000;
    const high = (timeUs - low) / 0x100000000;
    return mix32(this.#seed ^ mix32(low + Math.imul(high + 1, 0x9e3779b1)) ^ mix32(member + 1)) / 0x100000000;
  }

  /** A proposal in a calm group: one event at its commit. */
  fly(leader: RaftReplica, index: number): void {
    const nowUs = this.kernel.nowUs;
    const { network } = this.world;
    const writtenUs: number[] = [];
    const ackedUs: number[] = [];
    for (const replica of this.replicas) {
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
    this.kernel.at(this.#lastCommitUs, RaftGroup.#land, this, this.#epoch);
  }

  /** A watch begins on a follower: it gets what the follower will hear of, and no longer finds in a list. */
  deliverAnnounced(replica: RaftReplica, watch: ServerWatch): void {
    const progress = this.#progress[replica.member];
    if (!this.calm || progress === undefined || replica.role === 'leader') return;
    const leader = this.leader();
    for (let place = progress.visible; place < this.#announced; place++) {
      const flight = this.#flights[place];
      if (flight !== undefined && leader !== undefined)
        this.#deliverTo(watch, leader, flight, replica.member);
    }
  }

  /** Brings a follower's log and machine to what they are at this moment: look at them only after this. */
  settle(): void {
    if (!this.calm) return;
    const leader = this.leader();
    const nowUs = this.kernel.nowUs;
    if (leader === undefined) return;
    for (const replica of this.replicas) {
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

  applyOn(replica: RaftReplica, entry: LogEntry): void {
    const { operation } = entry;
    const sequence = replica.machine.apply(operation);
    const landing = this.#landing;
    if (landing?.index === entry.index && replica.role === 'leader') landing.sequence = sequence;
    // Answers first: an elided watch batch that travels further must not hold them up.
    if (replica.role === 'leader') replica.service?.committed(operation, sequence);
    this.beside?.applied(replica, operation);
    if (this.asset === undefined) return;
    if (operation.kind === 'store' && sequence > 0 && replica.watches !== undefined) {
      for (const watch of replica.watches) watch.deliver(sequence, operation, 0);
    }
    if (this.asset.consumers.size > 0)
      this.world.streamChanged(this.asset, replica.server, operation, sequence);
  }

  /** Advances the base to what is synced everywhere, and shortens the logs to it. */
  compact(leader: RaftReplica): void {
    if (leader.log.length < this.#compactAt) return;
    this.settle();
    let index = Math.min(leader.commit, leader.log.syncedIndex(this.kernel.nowUs));
    for (const replica of this.replicas) {
      if (replica === leader) continue;
      const kept = replica.server.poweredOff
        ? Infinity
        : Math.min(replica.applied, replica.log.lastIndex, replica.log.syncedIndex(this.kernel.nowUs));
      if (kept < leader.log.lastIndex - laggardEntries && !replica.server.up) continue;
      index = Math.min(index, kept);
    }
    for (let at = this.baseIndex + 1; at <= index; at++) {
      const entry = leader.log.at(at);
      if (entry === undefined) break;
      this.baseMachine.apply(entry.operation);
      this.baseIndex = at;
      this.baseTerm = entry.term;
    }
    // A replica keeps what it has still to apply: only entries bring a rebuilt machine forward.
    for (const replica of this.replicas) {
      replica.log.compactTo(Math.min(this.baseIndex, replica.applied));
    }
    this.#compactAt =
      leader.log.length + (this.asset === undefined ? compactionEntries.other : compactionEntries.stream);
  }

  /** After a loss of disk contents: the machine becomes what log and base still tell. */
  rebuild(replica: RaftReplica, kept: number, fromNothing: boolean): void {
    if (kept >= this.baseIndex && !fromNothing) {
      if (replica.log.baseIndex < this.baseIndex) replica.log.compactTo(this.baseIndex);
      replica.machine = this.baseMachine.clone();
      replica.commit = this.baseIndex;
      replica.applied = this.baseIndex;
    } else {
      replica.log.reset(0, 0);
      replica.machine = this.#createMachine();
      replica.commit = 0;
      replica.applied = 0;
    }
  }

  /** All followers have answered everything, and have everything. */
  #settled(leader: RaftReplica): boolean {
    const { lastIndex } = leader.log;
    if (leader.role !== 'leader' || leader.commit !== lastIndex || leader.service?.ready !== true)
      return false;
    return this.replicas.every((replica) => {
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
    return this.replicas.every((replica) => replica.machine.isAlike(machine));
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
    return ordered[this.quorum - 1] ?? 0;
  }

  static #land(group: RaftGroup, epoch: number): void {
    if (group.#epoch !== epoch || !group.calm) return;
    const flight = group.#flights[group.#landed];
    const leader = group.leader();
    if (flight === undefined || leader === undefined) return;
    group.#landed++;
    group.#landing = flight;
    leader.commit = flight.index;
    leader.applyCommitted();
    group.#landing = undefined;
    if (group.#landed === group.#flights.length) {
      const { kernel, world } = group;
      group.#announce(leader, (member) => {
        const host = group.replicas[member]?.server.host ?? leader.server.host;
        return kernel.nowUs + world.network.delayUs(leader.server.host, host);
      });
    }
    if (group.#landed >= flightsKept) group.settle();
    group.compact(leader);
  }

  /** The followers are told how far the leader has committed; `arrivalUs` is when each of them hears it. */
  #announce(leader: RaftReplica, arrivalUs: (member: number) => number): void {
    if (this.#announced === this.#landed) return;
    const visibleUs = this.replicas.map(({ member }) => {
      const progress = this.#progress[member];
      if (member === leader.member || progress === undefined) return this.kernel.nowUs;
      // On one connection: the news does not overtake the entries that it is about.
      progress.visibleUs = Math.max(progress.visibleUs, progress.writtenUs, arrivalUs(member));
      return progress.visibleUs;
    });
    for (; this.#announced < this.#landed; this.#announced++) {
      const flight = this.#flights[this.#announced];
      if (flight === undefined) continue;
      flight.visibleUs = visibleUs;
      for (const replica of this.replicas) {
        if (replica === leader) continue;
        if (replica.watches !== undefined) {
          for (const watch of replica.watches) this.#deliverTo(watch, leader, flight, replica.member);
        }
        if (this.asset !== undefined && this.asset.consumers.size > 0) {
          this.#wakeFor(this.asset, replica, leader, flight);
        }
      }
    }
  }

  /** A consumer's leader beside a follower looks at the stream when the follower will have applied this. */
  #wakeFor(asset: StreamAsset, replica: RaftReplica, leader: RaftReplica, flight: Flight): void {
    const operation = leader.log.at(flight.index)?.operation;
    if (operation === undefined || !this.world.hasListeners(asset, replica.server, operation)) return;
    const atUs = Math.ceil(Math.max(this.kernel.nowUs, flight.visibleUs[replica.member] ?? 0));
    this.kernel.at(atUs, RaftGroup.#settleDue, this, undefined);
  }

  static #settleDue(group: RaftGroup): void {
    group.settle();
  }

  /** A consumer's leader has come to a follower: it looks at the stream whenever the follower applies what is on its way. */
  wakeAnnounced(replica: RaftReplica): void {
    const progress = this.#progress[replica.member];
    const leader = this.leader();
    const { asset } = this;
    if (!this.calm || asset === undefined || progress === undefined || leader === undefined) return;
    if (replica.role === 'leader') return;
    for (let place = progress.visible; place < this.#announced; place++) {
      const flight = this.#flights[place];
      if (flight !== undefined) this.#wakeFor(asset, replica, leader, flight);
    }
  }

  #deliverTo(watch: ServerWatch, leader: RaftReplica, flight: Flight, member: number): void {
    const operation = leader.log.at(flight.index)?.operation;
    if (operation?.kind !== 'store' || flight.sequence <= 0) return;
    const inUs = Math.max(0, (flight.visibleUs[member] ?? 0) - this.kernel.nowUs);
    watch.deliver(flight.sequence, operation, inUs);
  }

  #dropFlights(): void {
    let done = this.#announced;
    for (const [member, { visible }] of this.#progress.entries()) {
      const replica = this.replicas[member];
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
