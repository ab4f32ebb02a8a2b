/**
 * Named ways in which the model can be made to differ from Cassandra. Each is a mistake that a model could have; the
 * conformance runs against real servers must find every one of them (issue 5). All are off in every simulation.
 */
export const deviations = [
  'tie-smaller-value',
  'tie-plain-beats-expiring',
  'tie-live-beats-tombstone',
  'tie-earlier-expiry',
  'ttl-second-early',
  'ttl-second-late',
  'ttl-zero-is-table-default',
  'delete-spares-equal-timestamp',
  'update-creates-row',
  'insert-without-liveness',
  'null-is-unset',
  'unset-is-null',
  'batch-timestamps-rise',
  'logged-batch-never-replayed',
  'cas-keeps-client-timestamp',
  'cas-timeout-is-definite',
  'cas-refusal-shows-whole-row',
  'cas-refusal-proposes-nothing',
  'serial-read-is-quorum-read',
  'local-serial-is-serial',
  'open-round-is-forgotten',
  'unavailable-is-not-checked',
  'write-timeout-takes-back',
  'hint-window-ignored',
  'hint-is-stamped-anew',
  'hints-never-replayed',
  'read-repair-left-out',
  'first-answer-wins',
  'repair-left-out',
  'tombstones-purged-at-once',
  'kill-loses-nothing',
  'retry-is-stamped-anew',
] as const;

export type Deviation = (typeof deviations)[number];
export type Deviations = ReadonlySet<Deviation>;

export const faithful: Deviations = new Set();
