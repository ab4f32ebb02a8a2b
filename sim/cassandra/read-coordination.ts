import type { EventHandle } from '../kernel/index.ts';
import type { CassandraNode } from './cassandra-node.ts';
import type { ClusteringKey } from './clustering.ts';
import { mutationOverheadBytes } from './mutation.ts';
import type { Mutation } from './mutation.ts';
import { refused } from './operation.ts';
import type { Operation, Outcome, Selection } from './operation.ts';
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
  readonly blockFor: number;
  readonly seed: number;
  /** The first of the three phases it may take. */
  readonly phase: number;
  /** The coordinator's second, which judges expiry on all replicas (cassandra-and-live 28). */
  readonly nowSecond: number;
  readonly respond: (outcome: Outcome) => void;
}

/** The replicas a read asks: those alive in the coordinator's view, itself first, then around the ring (cassandra-and-live 36). */
export function contactsOf(core: RingCore, coordinator: CassandraNode, operation: Operation): number[] {
  const contacts: number[] = [];
  for (let ordinal = 0; ordinal < operation.replicas.length; ordinal++) {
    const replica = operation.replicas[ordinal] as CassandraNode;
    if (replica === coordinator) contacts.unshift(ordinal);
    else if (core.detector.sees(coordinator.index, replica.index)) contacts.push(ordinal);
  }
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
  #responded = false;
  #timer: EventHandle = -1;
  #speculation: EventHandle = -1;

  constructor(core: RingCore, parts: ReadParts) {
    this.#core = core;
    this.#parts = parts;
  }

  start(): void {
    const { coordinator, operation, blockFor } = this.#parts;
    const live = contactsOf(this.#core, coordinator, operation);
    if (live.length < blockFor) {
      const message = `${this.#what()}: ${blockFor} replicas needed, ${live.length} alive`;
      this.#finish(refused('unavailable', message));
      return;
    }
    this.#contacts = live.slice(0, blockFor);
    this.#spare = live[blockFor];
    this.#startTimers(0);
    for (const ordinal of this.#contacts)
      this.#ask(ordinal, this.#parts.selection, this.#core.kernel.nowUs).start();
  }

  /** Goes on with a read that began undisturbed at `startedUs`. */
  resume(startedUs: number): void {
    const live = contactsOf(this.#core, this.#parts.coordinator, this.#parts.operation);
    this.#contacts = live.slice(0, this.#parts.blockFor);
    this.#spare = live[this.#parts.blockFor];
    const contacts = this.#contacts;
    this.#startTimers(this.#core.kernel.nowUs - startedUs);
    for (const ordinal of contacts) this.#ask(ordinal, this.#parts.selection, startedUs).resume(startedUs);
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
    if (this.#answers.length !== this.#parts.blockFor) return;
    this.#core.kernel.cancel(this.#speculation);
    const [first, ...others] = this.#answers as [ReplicaState, ...ReplicaState[]];
    const schema = this.#parts.operation.partition.store.schema;
    if (others.every((other) => first.equals(schema, other))) this.#show(first);
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

  #missing(state: ReplicaState, [low, high]: readonly [number, number]): Mutation[] {
    const partition = this.#parts.operation.partition;
    const merged = this.#merged;
    const missing: Mutation[] = [];
    if (state.deletionUs < merged.deletionUs) missing.push(partition.deletion(merged.deletionUs));
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
  #write(ordinal: number, mutations: readonly Mutation[]): void {
    const { coordinator, operation, seed, phase } = this.#parts;
    const { plan, journal, kernel, options } = this.#core;
    const partition = operation.partition;
    this.#repairsPending++;
    new ReplicaCall<undefined>(this.#core, {
      from: coordinator,
      to: operation.replicas[ordinal] as CassandraNode,
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
    const { blockFor } = read.#parts;
    const received = read.#phase === 2 ? blockFor : read.#answers.length;
    const message = `${read.#what()}: ${received} of ${blockFor} replicas answered in time`;
    read.#finish({
      kind: 'refused',
      code: 'read-timeout',
      message,
      onlyDataMissing: received >= blockFor && read.#phase < 2,
    });
  }

  #what(): string {
    const { operation } = this.#parts;
    return `read of ${operation.partition.store.schema.table.name} at ${operation.consistency}`;
  }

  #finish(outcome: Outcome): void {
    this.#core.kernel.cancel(this.#timer);
    this.#core.kernel.cancel(this.#speculation);
    if (this.#responded) return;
    this.#responded = true;
    this.#parts.respond(outcome);
  }
}
