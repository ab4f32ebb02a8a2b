/** Behaviour that differs between server versions (jetstream §5.4): only what this model acts on. */
export interface NatsProfile {
  readonly version: '2.12' | '2.9.10';
  /** A message goes to the client only when the delivery is replicated (since 2.11.2, jetstream F55). */
  readonly deliverAfterQuorum: boolean;
  /** A double ack is answered only when the ack is replicated (since 2.10.16, jetstream F54). */
  readonly ackReplyAfterQuorum: boolean;
  /** A compare-and-set meets an uncommitted write of its subject: refused (2.11), or judged in log order (jetstream D33). */
  readonly inFlightCas: 'refused' | 'in-order';
  /** A message id meets its own uncommitted first copy: refused with 10158 (2.11), or deduplicated at apply (jetstream D32). */
  readonly inFlightDuplicate: 'refused' | 'at-apply';
  /** A new leader that applies an old leader's entry answers its publisher (since 2.11, jetstream D25). */
  readonly newLeaderAnswersOldInbox: boolean;
  /** A new leader serves clients only once its first entry is applied (since 2.11, jetstream B11). */
  readonly leaderAfterApply: boolean;
  /** A consumer may have several filter subjects (since 2.10). */
  readonly multiFilter: boolean;
  /** Silence after which a route is given up, microseconds (jetstream C21). */
  readonly routeStaleUs: readonly [number, number];
}

export const nats212: NatsProfile = {
  version: '2.12',
  deliverAfterQuorum: true,
  ackReplyAfterQuorum: true,
  inFlightCas: 'refused',
  inFlightDuplicate: 'refused',
  newLeaderAnswersOldInbox: true,
  leaderAfterApply: true,
  multiFilter: true,
  routeStaleUs: [60_000_000, 90_000_000],
};

/**
 * Not modelled: the unsound raft of 2.9 (no truncation on a mismatch, acks counted by index, jetstream B16 and F-R1);
 * the profile is as sound as 2.12 under partitions.
 */
export const nats2910: NatsProfile = {
  version: '2.9.10',
  deliverAfterQuorum: false,
  ackReplyAfterQuorum: false,
  inFlightCas: 'in-order',
  inFlightDuplicate: 'at-apply',
  newLeaderAnswersOldInbox: false,
  leaderAfterApply: false,
  multiFilter: false,
  routeStaleUs: [240_000_000, 360_000_000],
};

export function natsProfile(version: NatsProfile['version']): NatsProfile {
  switch (version) {
    case '2.12':
      return nats212;
    case '2.9.10':
      return nats2910;
  }
}
