import { fencedClaim, naiveClaim } from './claims.ts';
import { counter, dedupeTable, resultWithMark } from './marks.ts';
import { appendVersions, deterministicUpsert, eventTimestamp, quorumAck, recommended } from './upserts.ts';
import type { WritePattern } from './write-pattern.ts';

/** The patterns of cassandra-and-live §2.1, and the two that the system is built on. */
export const writePatterns: readonly WritePattern[] = [
  deterministicUpsert,
  eventTimestamp,
  appendVersions,
  naiveClaim,
  fencedClaim,
  dedupeTable,
  resultWithMark,
  quorumAck,
  counter,
  recommended,
];

export function patternNamed(id: string): WritePattern | undefined {
  return writePatterns.find((pattern) => pattern.id === id);
}
