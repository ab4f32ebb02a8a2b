/**
 * Messages of `tfdc.v1.ElectionAgent` (`system/election-agent/election.proto`, delivery R20, defender §2): leadership as a
 * lease with a fencing token, from a service that shares nothing with NATS.
 */
export const electionMethods = {
  acquire: '/tfdc.v1.ElectionAgent/AcquireLeadership',
  renew: '/tfdc.v1.ElectionAgent/RenewLeadership',
  release: '/tfdc.v1.ElectionAgent/ReleaseLeadership',
} as const;

export interface AcquireLeadershipRequest {
  /** Names the process, not the pod: what starts again is another candidate. */
  readonly candidate: string;
  readonly ttlMs: number;
  /** The highest term that the candidate has seen; the one granted is above it, even by an agent that lost its disk. */
  readonly seenTerm: number;
}

export interface AcquireLeadershipResponse {
  readonly isGranted: boolean;
  /** Of whoever leads now; 0 where nobody does. Rises with every grant to another candidate: the fencing token. */
  readonly term: number;
}

export interface RenewLeadershipRequest {
  readonly candidate: string;
  readonly term: number;
  readonly ttlMs: number;
}

export interface RenewLeadershipResponse {
  /** False: the term is over, for good. */
  readonly isHeld: boolean;
}

export interface ReleaseLeadershipRequest {
  readonly candidate: string;
  readonly term: number;
}

export type ReleaseLeadershipResponse = Record<string, never>;
