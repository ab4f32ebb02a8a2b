import type { WideOptions, WideStatement } from '../../system/ports/cql-wide.ts';
import type { CqlOptions, CqlRow, CqlStatement, CqlTable } from '../../system/ports/cql.ts';
import { PortError } from '../../system/ports/errors.ts';
import { epochUs } from '../kernel/index.ts';
import type { Kernel, RandomStream, SimProcess } from '../kernel/index.ts';
import type { Network } from '../network/index.ts';
import type { Attempt } from './attempt.ts';
import { CassandraConnector } from './cassandra-client.ts';
import type { CassandraSession, SessionRing } from './cassandra-client.ts';
import { CassandraNode } from './cassandra-node.ts';
import { ColdTier } from './cold-tier.ts';
import type { ColdTotals } from './cold-tier.ts';
import { scheduleReplay } from './batch-coordination.ts';
import { coordinate } from './coordinate.ts';
import { blockFor, isSerial, quorumOf } from './consistency.ts';
import { CommitJournal } from './commit-journal.ts';
import type { DriverPolicy } from './driver-policy.ts';
import { ElidedList } from './elided.ts';
import { FailureDetector } from './failure-detector.ts';
import { scheduleHandoff } from './hinted-handoff.ts';
import { nativePort } from './host-channel.ts';
import { impairment } from './impairment.ts';
import type { SlowDown } from './impairment.ts';
import { Internode } from './internode.ts';
import { compactDisk, emptyDisk, repairAll } from './maintenance.ts';
import { mutationOverheadBytes } from './mutation.ts';
import type { Operation } from './operation.ts';
import { expiryAt } from './partition.ts';
import type { Partition } from './partition.ts';
import { failCold, mergeStates, rowsOf } from './replica-read.ts';
import type { ReplicaState } from './replica-state.ts';
import type { RingCore } from './ring-core.ts';
import { LatencyPlan } from './service-time.ts';
import { defaultCassandraOptions, defaultTableParameters } from './settings.ts';
import type { CassandraOptions } from './settings.ts';
import { bodyOf, packedBytes, wideBodyOf } from './statement-body.ts';
import { TableStore } from './table-store.ts';
import { placesOf, Topology } from './topology.ts';

const longestServiceUs = 10_000_000;
const preloadTimestampUs = epochUs - 30 * 86_400_000_000;
const everything = { prefix: [], reversed: false, limit: Infinity, withStamps: false };

/**
 * A Cassandra ring, as clients and operators see it (cassandra-and-live §1; docs/fidelity/cassandra.md).
 * Not modelled: joining, leaving and replacing nodes; compaction by itself (`compact` is an act, and the cold tier takes
 * what nobody reads); schema changes; counters, collections, indexes, materialised views.
 */
export class CassandraRing implements SessionRing {
  readonly core: RingCore;
  readonly nodes: readonly CassandraNode[];
  readonly #kernel: Kernel;
  readonly #network: Network;
  readonly #options: CassandraOptions;
  readonly #random: RandomStream;
  readonly #detector: FailureDetector;
  readonly #journal: CommitJournal;
  readonly #stores = new Map<string, TableStore>();
  readonly #topology: Topology;
  readonly #sessions = new Set<CassandraSession>();
  readonly #cold: ColdTier;
  readonly #slowFactors: number[][];
  readonly #syncPhaseUs: readonly number[];
  #reassessing = false;

  /** Throws `PortError('invalid')` on sizes that no ring can have. */
  constructor(kernel: Kernel, network: Network, options: Partial<CassandraOptions> = {}) {
    const settings: CassandraOptions = { ...defaultCassandraOptions, ...options };
    const { nodeCount, replicationFactor } = settings;
    const datacentres = settings.datacentres ?? [{ name: 'dc1', nodeCount, replicationFactor, racks: 1 }];
    this.#kernel = kernel;
    this.#network = network;
    this.#options = settings;
    this.#random = kernel.stream(settings.name, 'ring');
    this.nodes = placesOf(datacentres).map(
      (place, index) => new CassandraNode(kernel, network, index, `${settings.name}-${index}`, place),
    );
    this.#topology = new Topology(
      this.nodes,
      datacentres,
      settings.virtualNodes,
      kernel.stream(settings.name, 'tokens'),
    );
    this.#detector = new FailureDetector(
      kernel,
      network,
      settings,
      this.nodes,
      () => this.#updateCalm(),
      (observer, subject) => this.#announceUp(observer, subject),
      (observer, subject) => this.core.internode.abandon(observer, subject),
    );
    this.#journal = new CommitJournal(settings.commitLogSyncUs + longestServiceUs);
    this.core = {
      kernel,
      network,
      options: settings,
      nodes: this.nodes,
      topology: this.#topology,
      detector: this.#detector,
      internode: new Internode(network, this.nodes, settings.interDatacentreUs),
      plan: new LatencyPlan(network.options, settings.serviceTimes),
      journal: this.#journal,
      deviations: settings.deviations,
      parametersOf: (table) => settings.tableParameters[table] ?? defaultTableParameters,
      elided: new ElidedList(),
    };
    this.#cold = new ColdTier(this.core);
    this.#slowFactors = this.nodes.map(() => []);
    this.#syncPhaseUs = this.nodes.map(() => this.#random.integer(0, settings.commitLogSyncUs - 1));
    settings.tables.forEach((table, number) => {
      const watch = (partition: Partition): void => this.#cold.watch(partition);
      this.#stores.set(
        table.name,
        new TableStore(
          table,
          number,
          this.#topology.rangeCount,
          this.#topology.replicaCount,
          watch,
          settings.deviations,
        ),
      );
    });
    const hosts = new Set(this.nodes.map((node) => node.host));
    network.beforeChange((from, to) => {
      if (from.some((host) => hosts.has(host)) || to?.some((host) => hosts.has(host)) === true) {
        this.#disturb();
      }
    });
    for (const node of this.nodes) this.#listen(node);
  }

  /** The `CqlConnector` and `WideCqlConnector` of one process on one machine. Throws `PortError('invalid')` on an unknown data centre. */
  connectorFor(process: SimProcess, host: number, policy: Partial<DriverPolicy> = {}): CassandraConnector {
    return new CassandraConnector(this, { process, host }, policy);
  }

  // The nodes and their faults.

  /** SIGKILL: sockets close at once, the newest writes may be lost, the others learn it by silence. */
  killNode(index: number): void {
    const node = this.#node(index);
    if (!node.process.alive) return;
    this.#disturb();
    this.#network.closeAllOf(node.process, node.host);
    node.process.kill();
    const nowUs = this.#kernel.nowUs;
    const lossUs = this.#random.integer(0, this.#options.killLossUs);
    if (this.#options.commitLogSync === 'periodic' && !this.core.deviations.has('kill-loses-nothing')) {
      this.#losePast(node, nowUs - lossUs);
    }
    node.hints.lose(nowUs - (nowUs % this.#options.hintFlushUs));
  }

  /** A clean stop: everything is flushed, clients and the other nodes know at once. */
  stopNode(index: number): void {
    const node = this.#node(index);
    if (!node.process.alive) return;
    this.#disturb();
    this.#network.closeAllOf(node.process, node.host);
    node.process.kill();
    this.#detector.leave(index);
  }

  /** The machine falls silent; what was not synced to disk is gone (cassandra-and-live §1.1). */
  powerLoss(index: number): void {
    const node = this.#node(index);
    if (!this.#network.isUp(node.host)) return;
    this.#disturb();
    this.#network.hostDown(node.host);
    const nowUs = this.#kernel.nowUs;
    const phaseUs = this.#syncPhaseUs[index] as number;
    const periodUs = this.#options.commitLogSyncUs;
    if (node.process.alive) {
      const syncedUs = Math.floor((nowUs - phaseUs) / periodUs) * periodUs + phaseUs;
      if (this.#options.commitLogSync === 'periodic') {
        this.#losePast(node, syncedUs);
        node.batchlog.lose(syncedUs);
      }
      node.process.kill();
    }
    node.hints.lose(nowUs - this.#options.hintWritebackUs);
  }

  /** Powers the machine on if need be and starts the process; it serves after `startupUs`. */
  restartNode(index: number): void {
    const node = this.#node(index);
    if (node.process.alive && this.#network.isUp(node.host)) return;
    if (!this.#network.isUp(node.host)) this.#network.hostUp(node.host);
    this.#kernel.after(this.#options.startupUs, CassandraRing.#begin, this, node);
  }

  static #begin(ring: CassandraRing, node: CassandraNode): void {
    if (node.process.alive || !ring.#network.isUp(node.host)) return;
    ring.#disturb();
    node.startProcess();
    if (node.rebuilding) {
      node.rebuilding = false;
      ring.repairNow();
    }
    ring.#listen(node);
    ring.#detector.restart(node.index);
    if (node.hints.count > 0) scheduleHandoff(ring.core, node);
    if (node.batchlog.count > 0) scheduleReplay(ring.core, node);
  }

  /** Starts a node that lost its disk; it gets its data from the other replicas before it serves. Not modelled: how long that takes. */
  rebuildNode(index: number): void {
    this.#node(index).rebuilding = true;
    this.restartNode(index);
  }

  stepClock(index: number, stepMs: number): void {
    this.#disturb();
    this.#node(index).clock.step(stepMs * 1000);
  }

  /** SIGSTOP. */
  pauseNode(index: number): void {
    this.#disturb();
    this.#node(index).process.freeze();
  }

  resumeNode(index: number): void {
    this.#disturb();
    this.#node(index).process.resume();
  }

  /** Every service time of the node is multiplied until the slow-down is lifted. */
  slowNode(index: number, factor: number): SlowDown {
    const node = this.#node(index);
    const factors = this.#slowFactors[index] as number[];
    const update = (): void => {
      this.#disturb();
      node.slowFactor = factors.reduce((product, each) => product * each, 1);
    };
    factors.push(factor);
    update();
    return impairment(
      () => node.slowHits,
      () => {
        factors.splice(factors.indexOf(factor), 1);
        update();
      },
    );
  }

  /** Kills the node and empties its disk; `restartNode` then gives a replica that has nothing, `rebuildNode` a full one. */
  loseDisk(index: number): void {
    const node = this.#node(index);
    this.killNode(index);
    this.#disturb();
    emptyDisk(this.core, this.#stores.values(), node);
  }

  /** Anti-entropy repair, at once: all running replicas of every partition get what any of them has (42). */
  repairNow(): void {
    this.#disturb();
    repairAll(this.core, this.#stores.values());
  }

  /**
   * A major compaction of one node: what gc grace allows to forget is gone from its disk, by its own clock (32, 34).
   * Not modelled: when compaction happens by itself, and which tables on disk overlap.
   */
  compact(index: number): void {
    this.#disturb();
    compactDisk(this.core, this.#stores.values(), this.#node(index));
  }

  /** A coordinator that refuses a share of its requests as overloaded, until the fault is lifted. */
  overloadNode(index: number, share: number): SlowDown {
    const node = this.#node(index);
    this.#disturb();
    node.overloadShares.push(share);
    return impairment(
      () => node.overloadHits,
      () => {
        this.#disturb();
        node.overloadShares.splice(node.overloadShares.indexOf(share), 1);
      },
    );
  }

  // Looking in from outside.

  /** The nodes that hold a partition, by ordinal. */
  replicasOf(table: CqlTable, partitionValues: CqlRow): readonly CassandraNode[] {
    return this.#topology.replicas(this.#store(table).partition(partitionValues).range);
  }

  /**
   * The rows that a QUORUM read would merge now: of the first quorum of running replicas, completed by the disks of
   * stopped ones where too few run. No event, no time, no repair. A cold partition ends the run as unknown.
   */
  inspect(table: CqlTable, partitionValues: CqlRow): readonly CqlRow[] {
    const partition = this.#store(table).partition(partitionValues);
    if (partition.cold !== undefined) failCold(this.core, partition);
    const replicas = this.#topology.replicas(partition.range);
    const running = replicas
      .map((_, ordinal) => ordinal)
      .filter((ordinal) => replicas[ordinal]?.running === true);
    const stopped = replicas
      .map((_, ordinal) => ordinal)
      .filter((ordinal) => replicas[ordinal]?.running !== true);
    const chosen = [...running, ...stopped].slice(0, quorumOf(replicas.length));
    const states = chosen.map((ordinal) => this.#seenOn(partition, ordinal));
    const nowSecond = Math.floor((epochUs + this.#kernel.nowUs) / 1e6);
    return rowsOf(partition, mergeStates(partition, states), everything, nowSecond);
  }

  /** The rows that one replica holds, whether it runs or not. */
  inspectReplica(table: CqlTable, partitionValues: CqlRow, ordinal: number): readonly CqlRow[] {
    const partition = this.#store(table).partition(partitionValues);
    const nowSecond = Math.floor((epochUs + this.#kernel.nowUs) / 1e6);
    return rowsOf(partition, this.#seenOn(partition, ordinal), everything, nowSecond);
  }

  /** What one replica remembers of Paxos for a partition: microseconds of the newest ballots, -1 for none. */
  inspectPaxos(
    table: CqlTable,
    partitionValues: CqlRow,
    ordinal: number,
  ): { readonly promisedUs: number; readonly acceptedUs: number; readonly committedUs: number } {
    const { paxos } = this.#store(table).partition(partitionValues).stateOf(ordinal);
    return {
      promisedUs: paxos.promised.timeUs,
      acceptedUs: paxos.accepted?.ballot.timeUs ?? -1,
      committedUs: paxos.committed?.ballot.timeUs ?? -1,
    };
  }

  /** True where rows of the partition were taken out of memory: `inspect` would end the run. */
  isCold(table: CqlTable, partitionValues: CqlRow): boolean {
    return this.#store(table).partition(partitionValues).cold !== undefined;
  }

  /** Tells that nobody should read a partition any more from `afterUs` on: the cold tier may take it, and a read ends the run as unknown. */
  retire(table: CqlTable, partitionValues: CqlRow, afterUs: number): void {
    this.#cold.retire(this.#store(table).partition(partitionValues), afterUs);
  }

  get coldTotals(): Readonly<ColdTotals> {
    return this.#cold.totals;
  }

  /** Hints that wait on all coordinators. */
  get pendingHints(): number {
    return this.nodes.reduce((sum, node) => sum + node.hints.count, 0);
  }

  /** Partitions in memory. */
  get partitionCount(): number {
    let count = 0;
    for (const store of this.#stores.values()) count += store.partitionCount;
    return count;
  }

  /** Puts a row on all replicas, as if written 30 days ago: any write of the run is newer. For the time before a run. */
  preload(statement: Extract<CqlStatement, { kind: 'insert' }>, values: CqlRow): void {
    const store = this.#store(statement.table);
    const partition = store.partition(values);
    const key = store.schema.rowKey(values);
    const nowSecond = Math.floor((epochUs + this.#kernel.nowUs) / 1e6);
    const expirySecond = expiryAt(nowSecond, store.schema.table.defaultTtlSeconds);
    const row = partition.buildRow(values, key, preloadTimestampUs, expirySecond, nowSecond);
    const mutation = partition.insertion(key, row);
    partition.lastWriteUs = this.#kernel.nowUs;
    if (partition.agreed !== undefined) partition.applyTo(partition.agreed, mutation);
    else {
      for (let ordinal = 0; ordinal < partition.replicaCount; ordinal++) {
        partition.applyTo(partition.ownStateOf(ordinal), mutation);
      }
    }
  }

  // What sessions use.

  /** Checks and resolves a statement. Throws `PortError('invalid')`. */
  prepare(
    statement: CqlStatement,
    values: CqlRow,
    options: CqlOptions,
    timestampUs: number | undefined,
  ): Operation {
    const store = this.#store(statement.table);
    const body = bodyOf(store, statement, values, options);
    const partition = store.partition(values);
    if (body.kind !== 'select') partition.lastWriteUs = this.#kernel.nowUs;
    return {
      body,
      partition,
      replicas: this.#topology.replicas(partition.range),
      consistency: options.consistency,
      serialConsistency: 'SERIAL',
      blockFor: blockFor(options.consistency, this.#topology.replicaCount, this.#topology.replicaCount),
      timestampUs,
      bytes: mutationOverheadBytes + packedBytes(store, values),
    };
  }

  /** Checks and resolves any statement. Throws `PortError('invalid')`. */
  prepareWide(statement: WideStatement, options: WideOptions): Operation {
    const { body, partition } = wideBodyOf((table) => this.#store(table), statement, options);
    const { consistency } = options;
    if (body.kind === 'batch' || body.kind === 'conditional') {
      for (const change of body.changes) change.partition.lastWriteUs = this.#kernel.nowUs;
    } else if (body.kind !== 'select') {
      partition.lastWriteUs = this.#kernel.nowUs;
    }
    const ownUs =
      statement.kind === 'select' || statement.kind === 'batch' ? undefined : statement.timestampUs;
    const { replicaCount } = this.#topology;
    return {
      body,
      partition,
      replicas: this.#topology.replicas(partition.range),
      consistency,
      serialConsistency: isSerial(consistency) ? consistency : (options.serialConsistency ?? 'SERIAL'),
      blockFor: blockFor(consistency, replicaCount, replicaCount),
      timestampUs: ownUs ?? options.clientTimestampUs,
      bytes: mutationOverheadBytes,
    };
  }

  serve(coordinator: CassandraNode, attempt: Attempt): void {
    coordinate(this.core, this.#random, coordinator, attempt);
  }

  join(session: CassandraSession): void {
    this.#sessions.add(session);
  }

  leave(session: CassandraSession): void {
    this.#sessions.delete(session);
  }

  /** Brings back what was computed at once, and looks at the ring again when the change is made. */
  #disturb(): void {
    this.core.elided.materialise();
    for (const node of this.nodes) node.calm = false;
    if (this.#reassessing) return;
    this.#reassessing = true;
    this.#kernel.after(0, CassandraRing.#reassess, this, undefined);
  }

  static #reassess(ring: CassandraRing): void {
    ring.#reassessing = false;
    ring.#detector.reassess();
    ring.#updateCalm();
  }

  #updateCalm(): void {
    for (const node of this.nodes) {
      node.calm =
        node.running &&
        node.slowFactor === 1 &&
        node.overloadShares.length === 0 &&
        this.#detector.undoubted(node.index);
    }
  }

  #announceUp(observer: CassandraNode, subject: CassandraNode): void {
    for (const session of this.#sessions) {
      if (session.control === observer) session.announceUp(subject);
    }
  }

  #listen(node: CassandraNode): void {
    this.#network.listen(node.host, nativePort, { process: node.process, accept: () => undefined });
  }

  #losePast(node: CassandraNode, sinceUs: number): void {
    this.#journal.lose(sinceUs, (partition) => this.#topology.ordinalOn(partition.range, node.index));
  }

  /** A replica's state with what was computed at once and is on it by now. */
  #seenOn(partition: Partition, ordinal: number): ReplicaState {
    const own = partition.stateOf(ordinal);
    const applied = partition.elidedWrites.filter((write) => write.isAppliedOn(ordinal));
    if (applied.length === 0) return own;
    const state = own.copy();
    for (const write of applied) partition.applyTo(state, write.mutation);
    return state;
  }

  #store(table: CqlTable): TableStore {
    const store = this.#stores.get(table.name);
    if (store === undefined) throw new PortError(`no table ${table.name}`, 'invalid');
    return store;
  }

  #node(index: number): CassandraNode {
    const node = this.nodes[index];
    if (node === undefined) throw new PortError(`no Cassandra node ${index}`, 'invalid');
    return node;
  }
}
