import type { CassandraNode } from './cassandra-node.ts';
import { HintStore } from './hint-store.ts';
import { mergeStates } from './replica-read.ts';
import { purgeState, ReplicaState } from './replica-state.ts';
import type { RingCore } from './ring-core.ts';
import type { TableStore } from './table-store.ts';

/** Everything a node stored, for itself and for others, is gone. */
export function emptyDisk(core: RingCore, stores: Iterable<TableStore>, node: CassandraNode): void {
  for (const store of stores) {
    store.forEach((partition) => {
      const ordinal = core.topology.ordinalOn(partition.range, node.index);
      if (ordinal >= 0) partition.replaceState(ordinal, new ReplicaState());
    });
  }
  node.hints.lose(-1);
  node.hints = new HintStore();
  node.batchlog.lose(-1);
}

/** Gives all running replicas of every partition what any of them has (cassandra-and-live 42). */
export function repairAll(core: RingCore, stores: Iterable<TableStore>): void {
  if (core.deviations.has('repair-left-out')) return;
  for (const store of stores) {
    store.forEach((partition) => {
      if (partition.agreed !== undefined) return;
      const ordinals = core.topology
        .replicas(partition.range)
        .flatMap((node, ordinal) => (node.running ? [ordinal] : []));
      const states = ordinals.map((ordinal) => partition.stateOf(ordinal));
      const merged = mergeStates(partition, states);
      for (const ordinal of ordinals) {
        const state = merged.copy();
        state.paxos = partition.stateOf(ordinal).paxos;
        partition.replaceState(ordinal, state);
      }
    });
  }
}

/** Takes from a node's disk what gc grace allows to forget, by the node's own clock (cassandra-and-live 32). */
export function compactDisk(core: RingCore, stores: Iterable<TableStore>, node: CassandraNode): void {
  const nowSecond = node.nowSecond();
  for (const store of stores) {
    const { gcGraceSeconds } = core.parametersOf(store.schema.table.name);
    const graceSeconds = core.deviations.has('tombstones-purged-at-once') ? 0 : gcGraceSeconds;
    store.forEach((partition) => {
      const ordinal = core.topology.ordinalOn(partition.range, node.index);
      if (ordinal < 0) return;
      partition.materialise();
      const purged = purgeState(partition.stateOf(ordinal), nowSecond, graceSeconds);
      if (purged !== undefined) partition.replaceState(ordinal, purged);
    });
  }
}
