import type {
  AcquireLeadershipRequest,
  ReleaseLeadershipRequest,
  RenewLeadershipRequest,
} from '../ports/election.ts';

const longestName = 256;

function isName(value: unknown): value is string {
  return typeof value === 'string' && value.length > 0 && value.length <= longestName;
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

function hasCandidate(value: unknown): value is { candidate: string } {
  return typeof value === 'object' && value !== null && 'candidate' in value && isName(value.candidate);
}

function hasTtl(value: object): value is { ttlMs: number } {
  return 'ttlMs' in value && isCount(value.ttlMs) && value.ttlMs > 0;
}

function hasTerm(value: object): value is { term: number } {
  return 'term' in value && isCount(value.term);
}

export function isAcquire(value: unknown): value is AcquireLeadershipRequest {
  return hasCandidate(value) && hasTtl(value) && 'seenTerm' in value && isCount(value.seenTerm);
}

export function isRenew(value: unknown): value is RenewLeadershipRequest {
  return hasCandidate(value) && hasTtl(value) && hasTerm(value);
}

export function isRelease(value: unknown): value is ReleaseLeadershipRequest {
  return hasCandidate(value) && hasTerm(value);
}
