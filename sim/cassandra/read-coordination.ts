import type { EventHandle } from '../kernel/index.ts';
import type { CassandraNode } from './cassandra-node.ts';
import type { ClusteringKey } from './clustering.ts';
import { AckTally } from './consistency.ts';
import type { ConsistencyLevel } from './consistency.ts';
import { mutationOverheadBytes } from './mutation.ts';
import type { PartitionMutation } from './mutation.ts';
import { refused } from './operation.ts';
import type { Operation, Outcome, Selection } from './operation.ts';
import { sameRanges } from './range-tombstone.ts';
import { ReplicaCall } from './replica-call.ts';
import { mergeStates, rowsOf, selectFrom } from './replica-read.ts';
import { ReplicaState } from './replica-state.ts';
import type { RingCore } from './ring-core.ts';
import { replicaStep } from './service-time.ts';
import { isLiveRow, sameRow } from './stored-row.ts';
import type { StoredRow } from './stored-row.ts';

export interface ReadParts {
  readonly coordinator: CassandraNode;
  readonly operation: Operation;
  readonly selection: Selection;
  readonly consistency: ConsistencyLevel;
  readonly seed: number;
  /** The first of the three phases it may take. */
  readonly phase: number;
  /** The coordinator's second, which judges expiry on all replicas (cassandra-and-live 28). */
  readonly nowSecond: number;
  readonly respond: (outcome: Outcome) => void;
}

/**
 * The replicas that are alive in the coordinator's view, as ordinals, nearest first: itself, then its data centre around
 * the ring, then the others (cassandra-and-live 36).
 */
export function contactsOf(core: RingCore, coordinator: CassandraNode, operation: Operation): number[] {
  const contacts: number[] = [];
  const remote: number[] = [];
  for (let ordinal = 0; ordinal < operation.replicas.length; ordinal++) {
    const replica = operation.replicas[ordinal] as CassandraNode;
    if (replica === coordinator) contacts.unshift(ordinal);
    else if (!core.detector.sees(coordinator.index, replica.index)) continue;
    else if (replica.datacentre === coordinator.datacentre) contacts.push(ordinal);
    else remote.push(ordinal);
  }
  if (remote.length > 0) contacts.push(...remote);
  return contacts;
}

/** How long a read waits before it asks one more replica: the 99th percentile of the table's reads. */
export function speculationUs(core: RingCore, operation: Operation): number {
  const medianUs = core.plan.of(operation.partition.store.schema.table.name).readUs;
  return core.plan.percentile99Us(medianUs);
}

/**
 * A read: answers of `blockFor` replicas are compared cell by cell; where they differ, full reads are merged and what
 * the contacted replicas lack is written to them before the client gets its answer (cassandra-and-live 36–38, 40).
 * A replica that is slower than the table's 99th percentile is backed up by one more (speculative retry).
 * Not modelled: the dynamic snitch's preference for quick replicas, substitutes for late repair acknowledgements.
 */
export class ReadCoordination {
  readonly #core: RingCore;
  readonly #parts: ReadParts;
  /** Ordinals asked; in the later phases those that answered the first. */
  #contacts: readonly number[] = [];
  /** Ordinal that is asked when one of the others is slow. */
  #spare: number | undefined;
  #answers: ReplicaState[] = [];
  #answered: number[] = [];
  #phase = 0;
  #repairsPending = 0;
  #merged = new ReplicaState();
  /** How many answers decide. */
  #needed = 0;
  #responded = false;
  #timer: EventHandle = -1;
  #speculation: EventHandle = -1;

  constructor(core: RingCore, parts: ReadParts) {
    this.#core = core;
    this.#parts = parts;
  }

  start(): void {
    const { consistency, operation } = this.#parts;
    const { live, tally } = this.#choose();
    const { deviations } = this.#core;
    const shortage = tally.shortage(live.map((ordinal) => operation.replicas[ordinal] as CassandraNode));
    if (shortage !== undefined && !deviations.has('unavailable-is-not-checked')) {
      this.#finish(refused({ kind: 'unavailable', consistency, ...shortage }));
      return;
    }
    this.#startTimers(0);
    for (const ordinal of this.#contacts)
      this.#ask(ordinal, this.#parts.selection, this.#core.kernel.nowUs).start();
  }

  /** Goes on with a read that began undisturbed at `startedUs`. */
  resume(startedUs: number): void {
    this.#choose();
    const contacts = this.#contacts;
    this.#startTimers(this.#core.kernel.nowUs - startedUs);
    for (const ordinal of contacts) this.#ask(ordinal, this.#parts.selection, startedUs).resume(startedUs);
  }

  /** Whom it asks, and whom when one of these is slow. */
  #choose(): { readonly live: readonly number[]; readonly tally: AckTally } {
    const { coordinator, operation, consistency } = this.#parts;
    const { replicas } = operation;
    const live = contactsOf(this.#core, coordinator, operation);
    const tally = new AckTally(consistency, coordinator, this.#core.topology.datacentres);
    const chosen = tally.choose(live.map((ordinal) => replicas[ordinal] as CassandraNode));
    this.#contacts = live.filter((ordinal) => chosen.includes(replicas[ordinal] as CassandraNode));
    this.#needed = tally.required;
    // A slow replica of EACH_QUORUM has no substitute (36).
    this.#spare =
      consistency === 'EACH_QUORUM'
        ? undefined
        : live.find(
            (ordinal) =>
              !this.#contacts.includes(ordinal) && tally.counts(replicas[ordinal] as CassandraNode),
          );
    return { live, tally };
  }

  #startTimers(elapsedUs: number): void {
    const { internode, options } = this.#core;
    const { coordinator } = this.#parts;
    const expire = internode.letter(coordinator, ReadCoordination.#expire, this, undefined);
    this.#timer = internode.deliverIn(options.readTimeoutUs - elapsedUs, expire);
    if (this.#spare === undefined) return;
    const speculate = internode.letter(coordinator, ReadCoordination.#speculate, this, undefined);
    const delayUs = speculationUs(this.#core, this.#parts.operation) - elapsedUs;
    this.#speculation = internode.deliverIn(delayUs, speculate);
  }

  static #speculate(read: ReadCoordination): void {
    const ordinal = read.#spare;
    if (read.#phase > 0 || ordinal === undefined) return;
    read.#contacts = [...read.#contacts, ordinal];
    read.#ask(ordinal, read.#parts.selection, read.#core.kernel.nowUs).start();
  }

  #ask(ordinal: number, selection: Selection, sentUs: number): ReplicaCall<ReplicaState> {
    const { coordinator, operation, seed, phase, nowSecond } = this.#parts;
    const { plan, options } = this.#core;
    const partition = operation.partition;
    const asked = this.#phase;
    return new ReplicaCall<ReplicaState>(this.#core, {
      from: coordinator,
      to: operation.replicas[ordinal] as CassandraNode,
      relay: undefined,
      stage: 'read',
      draw: plan.draw(seed, replicaStep(phase + asked, ordinal)),
      medianUs: plan.of(partition.store.schema.table.name).readUs,
      bytes: mutationOverheadBytes,
      expiresUs: sentUs + options.readTimeoutUs,
      work: () => {
        // What was computed at once must be on the replicas before one of them is looked at.
        while (partition.elidedWrites.length > 0) partition.elidedWrites[0]?.materialise();
        return selectFrom(this.#core, partition, partition.stateOf(ordinal), selection, nowSecond);
      },
      done: (state) => {
        if (asked === this.#phase) this.#answer(ordinal, state);
      },
    });
  }

  #answer(ordinal: number, state: ReplicaState): void {
    this.#answers.push(state);
    this.#answered.push(ordinal);
    if (this.#answers.length !== this.#needed) return;
    this.#core.kernel.cancel(this.#speculation);
    const [first, ...others] = this.#answers as [ReplicaState, ...ReplicaState[]];
    const schema = this.#parts.operation.partition.store.schema;
    const { deviations } = this.#core;
    if (others.every((other) => first.equals(schema, other))) this.#show(first);
    else if (deviations.size > 0 && deviations.has('first-answer-wins')) this.#show(first);
    else if (this.#phase === 0) this.#readInFull(this.#answered);
    else this.#repair();
  }

  /** The second round reads without limit, so that a row deleted on one replica cannot hide one behind it. */
  #readInFull(contacts: readonly number[]): void {
    this.#phase = 1;
    this.#contacts = contacts;
    this.#answers = [];
    this.#answered = [];
    const selection = { ...this.#parts.selection, limit: Infinity };
    for (const ordinal of this.#contacts) this.#ask(ordinal, selection, this.#core.kernel.nowUs).start();
  }

  #repair(): void {
    const { operation } = this.#parts;
    const partition = operation.partition;
    const answers = this.#answers;
    this.#phase = 2;
    this.#merged = mergeStates(partition, answers);
    const table = partition.store.schema.table.name;
    const isBlocking = this.#core.parametersOf(table).readRepair === 'blocking';
    if (!isBlocking || this.#core.deviations.has('read-repair-left-out')) {
      this.#show(this.#merged);
      return;
    }
    const shown = this.#shownKeys();
    for (let index = 0; index < answers.length; index++) {
      const state = answers[index] as ReplicaState;
      const ordinal = this.#answered[index] as number;
      const missing = this.#missing(state, shown);
      if (missing.length > 0) this.#write(ordinal, missing);
    }
    if (this.#repairsPending === 0) this.#show(this.#merged);
  }

  /** Positions of the merged rows that the answer is made of: only these are repaired. */
  #shownKeys(): readonly [number, number] {
    const { selection, nowSecond } = this.#parts;
    const rows = this.#merged.rows;
    let live = 0;
    if (selection.reversed) {
      let low = rows.length;
      while (low > 0 && live < selection.limit) if (isLiveRow(rows[--low] as StoredRow, nowSecond)) live++;
      return [low, rows.length];
    }
    let high = 0;
    while (high < rows.length && live < selection.limit) {
      if (isLiveRow(rows[high++] as StoredRow, nowSecond)) live++;
    }
    return [0, high];
  }

  #missing(state: ReplicaState, [low, high]: readonly [number, number]): PartitionMutation[] {
    const partition = this.#parts.operation.partition;
    const merged = this.#merged;
    const missing: PartitionMutation[] = [];
    if (state.deletionUs < merged.deletionUs || state.deletionSecond < merged.deletionSecond) {
      missing.push(partition.deletion(merged.deletionUs, merged.deletionSecond));
    }
    if (!sameRanges(state.ranges, merged.ranges)) {
      for (const range of merged.ranges ?? []) missing.push(partition.rangeDeletion(range));
    }
    for (let index = low; index < high; index++) {
      const key = merged.keys[index] as ClusteringKey;
      const row = merged.rows[index] as StoredRow;
      const own = state.row(key);
      if (own === undefined || !sameRow(partition.store.schema, own, row)) {
        missing.push(partition.insertion(key, row));
      }
    }
    return missing;
  }

  /** Repair writes leave no hints. */
  #write(ordinal: number, mutations: readonly PartitionMutation[]): void {
    const { coordinator, operation, seed, phase } = this.#parts;
    const { plan, journal, kernel, options } = this.#core;
    const partition = operation.partition;
    this.#repairsPending++;
    new ReplicaCall<undefined>(this.#core, {
      from: coordinator,
      to: operation.replicas[ordinal] as CassandraNode,
      relay: undefined,
      stage: 'mutation',
      draw: plan.draw(seed, replicaStep(phase + 2, ordinal)),
      medianUs: plan.of(partition.store.schema.table.name).writeUs,
      bytes: mutations.reduce((sum, mutation) => sum + mutation.bytes, 0),
      expiresUs: kernel.nowUs + options.writeTimeoutUs,
      work: (atUs) => {
        partition.materialise();
        for (const mutation of mutations) journal.applyOne(kernel.nowUs, mutation, ordinal, atUs);
        return undefined;
      },
      done: () => {
        if (--this.#repairsPending === 0) this.#show(this.#merged);
      },
    }).start();
  }

  #show(state: ReplicaState): void {
    const { operation, selection, nowSecond } = this.#parts;
    this.#finish({ kind: 'rows', rows: rowsOf(operation.partition, state, selection, nowSecond) });
  }

  static #expire(read: ReadCoordination): void {
    const { consistency } = read.#parts;
    const required = read.#needed;
    // A timeout of the repair comes after enough answers (40).
    const received = read.#phase === 2 ? required : read.#answers.length;
    const dataPresent = read.#phase > 0 || read.#answered.includes(read.#contacts[0] as number);
    read.#finish(refused({ kind: 'read-timeout', consistency, received, required, dataPresent }));
  }

  #finish(outcome: Outcome): void {
    this.#core.kernel.cancel(this.#timer);
    this.#core.kernel.cancel(this.#speculation);
    if (this.#responded) return;
    this.#responded = true;
    this.#parts.respond(outcome);
  }
}
