import type { KeyValueConfig } from '../ports/nats-connection.ts';
import type { StreamConfig } from '../ports/jetstream.ts';
import { completionStream } from '../ports/completion.ts';

/** Buckets of one colour's NATS cluster (PRODUCT, buckets; suffixed only in the single-NATS variant). */
export interface BucketNames {
  readonly ids: string;
  readonly heartbeats: string;
  readonly leader: string;
  readonly assignments: string;
}

/** `suffix` is empty, or `-stable`/`-canary` where both roles share one NATS cluster. */
export function bucketNames(suffix: string): BucketNames {
  return {
    ids: `parti-ids${suffix}`,
    heartbeats: `parti-heartbeats${suffix}`,
    leader: `parti-leader${suffix}`,
    assignments: `parti-assignments${suffix}`,
  };
}

/** The one key of the leader's bucket. */
export const leaderKey = 'leader';
/** The one key of the assignments' bucket. */
export const assignmentKey = 'map';

/** A heartbeat vanishes after 30 s by itself: only the backstop, death is judged by the leader's own account (defender §2). */
const heartbeatTtlMs = 30_000;

export function bucketConfigs(names: BucketNames): readonly KeyValueConfig[] {
  return [
    { bucket: names.ids, replicas: 3 },
    { bucket: names.heartbeats, replicas: 3, ttlMs: heartbeatTtlMs },
    { bucket: names.leader, replicas: 3 },
    { bucket: names.assignments, replicas: 3 },
  ];
}

/** Stable id of place `index` in the pool: `defender-17`. */
export function defenderIdAt(index: number): string {
  return `defender-${index}`;
}

/** One durable a unit; it outlives its owner (defender §5). A chamber's dot is no legal character of a durable's name. */
export function durableOf(unit: string): string {
  return `defender-${unit.replaceAll('.', '_')}`;
}

const dayMs = 86_400_000;

/** PRODUCT, row "stream": work queue, three replicas, file, 3 days, discard new, duplicates within 2 min. */
export const completionStreamConfig: StreamConfig = {
  name: completionStream,
  subjects: ['dc.>'],
  retention: 'workqueue',
  storage: 'file',
  replicas: 3,
  maxAgeMs: 3 * dayMs,
  maxMessages: -1,
  discard: 'new',
  duplicateWindowMs: 120_000,
};

/** Where a completion goes that could not be processed, for people to look at (defender §5). */
export const deadLetterStreamConfig: StreamConfig = {
  name: 'dc-dead-letters',
  subjects: ['dead-letter.>'],
  retention: 'limits',
  storage: 'file',
  replicas: 3,
  maxAgeMs: 30 * dayMs,
  maxMessages: -1,
  discard: 'old',
  duplicateWindowMs: 120_000,
};

export function deadLetterSubject(completionSubject: string): string {
  return `dead-letter.${completionSubject}`;
}
