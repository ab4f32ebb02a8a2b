import type { PaxosState } from './ballot.ts';
import type { ClusteringKey } from './clustering.ts';
import type { Mutation, PartitionMutation } from './mutation.ts';
import type { Partition } from './partition.ts';
import type { ReplicaState } from './replica-state.ts';
import type { StoredRow } from './stored-row.ts';

/** What a replica did that a crash may undo, with what was there before. Times are by ordinal; NaN where it does not count. */
type Entry =
  | {
      readonly kind: 'row';
      readonly mutation: PartitionMutation;
      readonly key: ClusteringKey;
      readonly previous: StoredRow | undefined;
      readonly appliedUs: readonly number[];
    }
  | {
      readonly kind: 'partition';
      readonly mutation: PartitionMutation;
      readonly previous: ReplicaState;
      readonly appliedUs: readonly number[];
    }
  | {
      readonly kind: 'paxos';
      readonly partition: Partition;
      readonly previous: PaxosState;
      readonly state: PaxosState;
      readonly appliedUs: readonly number[];
    };

/**
 * The newest part of all commit logs: long enough that everything before it is on every disk. A crash undoes what a
 * node applied after its last sync (cassandra-and-live §1.1).
 */
export class CommitJournal {
  readonly #keepUs: number;
  #entries: Entry[] = [];
  #enteredUs: number[] = [];
  #head = 0;

  constructor(keepUs: number) {
    this.#keepUs = keepUs;
  }

  /** Applies a mutation to the states of a partition at these times: to one replica, or to all where `ordinal` is -1. */
  apply(nowUs: number, mutation: Mutation, ordinal: number, appliedUs: readonly number[]): void {
    if (mutation.kind === 'many') {
      for (const each of mutation.mutations) this.apply(nowUs, each, ordinal, appliedUs);
      return;
    }
    const partition = mutation.partition;
    const agreed = partition.agreed;
    if (ordinal < 0 && agreed === undefined) {
      for (let each = 0; each < appliedUs.length; each++) {
        this.apply(nowUs, mutation, each, only(appliedUs.length, each, appliedUs[each] as number));
      }
      return;
    }
    const state = ordinal < 0 && agreed !== undefined ? agreed : partition.ownStateOf(ordinal);
    switch (mutation.kind) {
      case 'row': {
        const key = mutation.key;
        this.#enter(nowUs, { kind: 'row', mutation, key, previous: state.row(key), appliedUs });
        break;
      }
      case 'delete-partition':
      case 'delete-range':
        this.#enter(nowUs, { kind: 'partition', mutation, previous: state.copy(), appliedUs });
        break;
    }
    partition.applyTo(state, mutation);
    if (ordinal >= 0) partition.rejoin();
  }

  /** Applies a mutation to one replica. */
  applyOne(nowUs: number, mutation: Mutation, ordinal: number, appliedUs: number): void {
    this.apply(nowUs, mutation, ordinal, only(mutation.partition.replicaCount, ordinal, appliedUs));
  }

  setPaxos(nowUs: number, partition: Partition, ordinal: number, state: PaxosState): void {
    const own = partition.ownStateOf(ordinal);
    const appliedUs = only(partition.replicaCount, ordinal, nowUs);
    this.#enter(nowUs, { kind: 'paxos', partition, previous: own.paxos, state, appliedUs });
    own.paxos = state;
    partition.rejoin();
  }

  /**
   * Takes back what one replica applied after `sinceUs`. `ordinalOn` tells which ordinal the node is for a partition,
   * -1 for none. Everything newer is undone from the newest on, then what was safe is applied again: merging does
   * not care for order.
   */
  lose(sinceUs: number, ordinalOn: (partition: Partition) => number): number {
    const undone: { entry: Entry; ordinal: number; partition: Partition }[] = [];
    let lost = 0;
    let oldest = this.#entries.length;
    for (let index = this.#entries.length - 1; index >= this.#head; index--) {
      const entry = this.#entries[index] as Entry;
      const ordinal = ordinalOn(partitionOf(entry));
      if (ordinal >= 0 && (entry.appliedUs[ordinal] as number) > sinceUs) oldest = index;
    }
    for (let index = this.#entries.length - 1; index >= oldest; index--) {
      const entry = this.#entries[index] as Entry;
      const partition = partitionOf(entry);
      const ordinal = ordinalOn(partition);
      if (ordinal < 0 || Number.isNaN(entry.appliedUs[ordinal])) continue;
      undo(partition.ownStateOf(ordinal), entry);
      undone.push({ entry, ordinal, partition });
    }
    for (const { entry, ordinal, partition } of undone.reverse()) {
      if ((entry.appliedUs[ordinal] as number) > sinceUs) lost++;
      else redo(partition, partition.ownStateOf(ordinal), entry);
    }
    for (const { partition } of undone) partition.rejoin();
    return lost;
  }

  #enter(nowUs: number, entry: Entry): void {
    this.#entries.push(entry);
    this.#enteredUs.push(nowUs);
    const horizonUs = nowUs - this.#keepUs;
    while ((this.#enteredUs[this.#head] as number) < horizonUs) this.#head++;
    if (this.#head > 1024 && this.#head * 2 > this.#entries.length) {
      this.#entries = this.#entries.slice(this.#head);
      this.#enteredUs = this.#enteredUs.slice(this.#head);
      this.#head = 0;
    }
  }
}

function only(length: number, ordinal: number, timeUs: number): number[] {
  const times = Array.from({ length }, () => NaN);
  times[ordinal] = timeUs;
  return times;
}

function partitionOf(entry: Entry): Partition {
  switch (entry.kind) {
    case 'row':
    case 'partition':
      return entry.mutation.partition;
    case 'paxos':
      return entry.partition;
  }
}

function undo(state: ReplicaState, entry: Entry): void {
  switch (entry.kind) {
    case 'row':
      state.put(entry.key, entry.previous);
      return;
    case 'partition':
      state.deletionUs = entry.previous.deletionUs;
      state.deletionSecond = entry.previous.deletionSecond;
      state.ranges = entry.previous.ranges;
      state.keys = [...entry.previous.keys];
      state.rows = [...entry.previous.rows];
      return;
    case 'paxos':
      state.paxos = entry.previous;
      return;
  }
}

function redo(partition: Partition, state: ReplicaState, entry: Entry): void {
  switch (entry.kind) {
    case 'row':
    case 'partition':
      partition.applyTo(state, entry.mutation);
      return;
    case 'paxos':
      state.paxos = entry.state;
      return;
  }
}
