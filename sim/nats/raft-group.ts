import { mix32, type Kernel, type RandomStream } from '../kernel/index.ts';
import type { Network } from '../network/index.ts';
import { Calm } from './calm.ts';
import type { GroupService } from './group-service.ts';
import type { NatsServer } from './nats-server.ts';
import type { Machine } from './machine.ts';
import type { LogEntry, Operation } from './operations.ts';
import type { NatsProfile } from './profile.ts';
import { RaftReplica } from './raft-replica.ts';
import type { StreamAsset } from './stream-asset.ts';

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
/** Behind by more than this, a dead replica no longer holds the others' logs back: it will need a snapshot. */
const laggardEntries = 65_536;

/** The replicas of a stream, a bucket or the meta group. */
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
  readonly calmness: Calm = new Calm(this);
  elections = 0;
  quorumLosses = 0;
  /** The state up to `baseIndex`, synced everywhere: where a compacted log begins. */
  readonly baseMachine: Machine;
  baseIndex = 0;
  baseTerm = 0;
  readonly #seed: number;
  readonly #createMachine: () => Machine;
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

  get calm(): boolean {
    return this.calmness.holds;
  }

  /** Brings the elided state back: must be called before anything changes that could interfere. */
  leaveCalm(): void {
    this.calmness.leave();
  }

  /** Brings a follower's log and machine to what they are at this moment: look at them only after this. */
  settle(): void {
    this.calmness.settle();
  }

  /** A replica keeps an entry of its own where its leader has another one (2.9, jetstream R1). */
  diverge(): void {
    if (this.hasDiverged) return;
    this.hasDiverged = true;
    for (const { group } of this.asset?.consumers.values() ?? []) group.leaveCalm();
  }

  /** In [0, 1): depends on who asks and when, not on how often others asked, so that elision changes no draw. */
  draw(member: number, timeUs: number): number {
    const low = timeUs % 0x100000000;
    const high = (timeUs - low) / 0x100000000;
    return mix32(this.#seed ^ mix32(low + Math.imul(high + 1, 0x9e3779b1)) ^ mix32(member + 1)) / 0x100000000;
  }

  applyOn(replica: RaftReplica, entry: LogEntry): void {
    const { operation } = entry;
    const sequence = replica.machine.apply(operation);
    if (replica.role === 'leader') this.calmness.answered(entry.index, sequence);
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
}
