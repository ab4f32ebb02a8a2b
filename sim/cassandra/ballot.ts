import type { Mutation } from './mutation.ts';

/** Orders the rounds of one partition: microseconds of a coordinator's clock, then the coordinator itself. */
export interface Ballot {
  readonly timeUs: number;
  readonly node: number;
}

export const firstBallot: Ballot = { timeUs: -1, node: -1 };

export function compareBallots(left: Ballot, right: Ballot): number {
  return left.timeUs !== right.timeUs ? left.timeUs - right.timeUs : left.node - right.node;
}

/** A value under a ballot; without a mutation it is the empty update of a refused claim (cassandra-and-live 46). */
export interface Proposal {
  readonly ballot: Ballot;
  readonly mutation: Mutation | undefined;
}

/** What one replica remembers of Paxos for one partition. Replaced as a whole, never changed. */
export interface PaxosState {
  readonly promised: Ballot;
  readonly accepted: Proposal | undefined;
  readonly committed: Proposal | undefined;
}

export const noPaxos: PaxosState = { promised: firstBallot, accepted: undefined, committed: undefined };

function sameProposal(left: Proposal | undefined, right: Proposal | undefined): boolean {
  if (left === right) return true;
  if (left === undefined || right === undefined) return false;
  return compareBallots(left.ballot, right.ballot) === 0 && left.mutation === right.mutation;
}

export function samePaxos(left: PaxosState, right: PaxosState): boolean {
  return (
    left === right ||
    (compareBallots(left.promised, right.promised) === 0 &&
      sameProposal(left.accepted, right.accepted) &&
      sameProposal(left.committed, right.committed))
  );
}
