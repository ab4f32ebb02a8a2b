import { compareBallots } from './ballot.ts';
import type { Ballot, PaxosState, Proposal } from './ballot.ts';
import type { Mutation, PartitionMutation } from './mutation.ts';
import type { Partition } from './partition.ts';
import type { RingCore } from './ring-core.ts';
import { PlainRow } from './stored-row.ts';
import type { StoredRow } from './stored-row.ts';

/** A replica's answer to a prepare. */
export type Promised =
  | {
      readonly kind: 'promised';
      readonly ordinal: number;
      readonly accepted: Proposal | undefined;
      readonly committed: Proposal | undefined;
    }
  | { readonly kind: 'refused'; readonly promised: Ballot };

export function prepareOn(core: RingCore, partition: Partition, ordinal: number, ballot: Ballot): Promised {
  const state = partition.stateOf(ordinal).paxos;
  if (compareBallots(ballot, state.promised) <= 0) return { kind: 'refused', promised: state.promised };
  remember(core, partition, ordinal, { ...state, promised: ballot });
  return { kind: 'promised', ordinal, accepted: state.accepted, committed: state.committed };
}

/** True where the proposal was accepted; otherwise the ballot that was promised meanwhile. */
export function acceptOn(
  core: RingCore,
  partition: Partition,
  ordinal: number,
  proposal: Proposal,
): true | Ballot {
  const state = partition.stateOf(ordinal).paxos;
  if (compareBallots(proposal.ballot, state.promised) < 0) return state.promised;
  remember(core, partition, ordinal, { ...state, promised: proposal.ballot, accepted: proposal });
  return true;
}

/** The part of a commit that is Paxos: the newest commit is remembered and what it settles is forgotten. */
export function commitOn(core: RingCore, partition: Partition, ordinal: number, proposal: Proposal): void {
  const state = partition.stateOf(ordinal).paxos;
  const newer = state.committed === undefined || compareBallots(proposal.ballot, state.committed.ballot) > 0;
  const settled = state.accepted !== undefined && compareBallots(state.accepted.ballot, proposal.ballot) <= 0;
  remember(core, partition, ordinal, {
    promised: state.promised,
    accepted: settled ? undefined : state.accepted,
    committed: newer ? proposal : state.committed,
  });
}

function remember(core: RingCore, partition: Partition, ordinal: number, state: PaxosState): void {
  partition.materialise();
  core.journal.setPaxos(core.kernel.nowUs, partition, ordinal, state);
}

/**
 * The same change under a ballot: its cells carry the ballot's time, its deletions the microsecond before, so that what
 * one transaction deletes and inserts stays (cassandra-and-live 44).
 */
export function restamp(mutation: Mutation, timestampUs: number): Mutation {
  if (mutation.kind !== 'many') return restampOne(mutation, timestampUs);
  return { ...mutation, mutations: mutation.mutations.map((each) => restampOne(each, timestampUs)) };
}

function restampOne(mutation: PartitionMutation, timestampUs: number): PartitionMutation {
  switch (mutation.kind) {
    case 'row':
      return { ...mutation, row: restampRow(mutation.row, timestampUs) };
    case 'delete-partition':
    case 'delete-range':
      return { ...mutation, deletionUs: timestampUs - 1 };
  }
}

function restampRow(row: StoredRow, timestampUs: number): StoredRow {
  if (row instanceof PlainRow) {
    return new PlainRow(timestampUs, row.expirySecond, row.others, row.segment, row.offset, row.length);
  }
  return {
    ...row,
    livenessUs: row.livenessUs === -Infinity ? row.livenessUs : timestampUs,
    deletionUs: row.deletionUs === -Infinity ? row.deletionUs : timestampUs - 1,
    cells: row.cells.map((cell) => (cell === undefined ? undefined : { ...cell, timestampUs })),
  };
}
