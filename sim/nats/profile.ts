/** Behaviour that differs between server versions (jetstream §5.4): only what this model acts on. */
/**
 * Errors of single releases between the two profiles, for scenarios that ask what they would do (jetstream §2):
 * - `ack-jumps-cursor`: an acknowledgement of what this leader has not delivered moves its cursor behind it (C3, 2.10.x)
 * - `ack-queue-leak`: a leader that takes over with pending deliveries never looks at them (C4, up to 2.10.24)
 * - `filters-lost`: after a filter update the next leader matches nothing (C9, 2.12.3)
 * - `floor-after-redelivery`: acknowledging what was redelivered does not move the floor (C13, up to 2.10.9)
 * - `staged-ids-kept`: an id under way is answered as a duplicate of sequence 0, for good if its leader fell (R12, 2.10.14–29)
 * - `pause-loses-buffer`: a server that stands still past its sync interval loses its unsynced messages (D6, 2.12.0–2.12.2)
 * - `watch-consumers-stay`: the consumer behind a watch stays when its client goes on elsewhere (C17); what it costs the
 *   server is counted, not paid
 */
export type ReleaseDefect =
  | 'ack-jumps-cursor'
  | 'ack-queue-leak'
  | 'filters-lost'
  | 'floor-after-redelivery'
  | 'staged-ids-kept'
  | 'pause-loses-buffer'
  | 'watch-consumers-stay';

/**
 * Defects of 2.9 that the model does not show, only notes that a server would have. No client here relies on them.
 * - `purge-revives`: a purge of a file up to a sequence that is gone, past another that is gone, brings the former back
 * - `pattern-counted-twice`: pending messages of a pattern in a file are counted twice or not, as a hash table falls
 */
export type UnmodelledDefect = 'purge-revives' | 'pattern-counted-twice';

export interface NatsProfile {
  readonly version: '2.12' | '2.9.10';
  /** A message goes to the client only when the delivery is replicated (since 2.11.2, jetstream F55). */
  readonly deliverAfterQuorum: boolean;
  /** A double ack is answered only when the ack is replicated (since 2.10.16, jetstream F54). */
  readonly ackReplyAfterQuorum: boolean;
  /** Duplicates and expected sequences are judged by the leader before it proposes, or by all when they apply (jetstream D27, D28). */
  readonly judgesAtApply: boolean;
  /** A new leader that applies an old leader's entry answers its publisher (since 2.11, jetstream D25). */
  readonly newLeaderAnswersOldInbox: boolean;
  /** A new leader serves clients only once its first entry is applied (since 2.11, jetstream B11). */
  readonly leaderAfterApply: boolean;
  /** A consumer may have several filter subjects (since 2.10); before, the server did not know the field, and the consumer got everything. */
  readonly multiFilter: boolean;
  /** A reason may follow `+TERM`; before, such an ack was none at all (since 2.10.4). */
  readonly termReasons: boolean;
  /** A pull from a consumer that does not exist or that nobody leads, and a direct get that nobody serves, are answered 503; before, by silence (jetstream C23; seen on 2.12.15 and 2.9.10). */
  readonly missingAnswers: boolean;
  /** A smaller limit of messages a subject removes what is too much at once; before, only where there was a larger limit. */
  readonly trimsSubjectsOnUpdate: boolean;
  /** Consumers can be created or updated only; before, every creation was both (since 2.10). */
  readonly consumerActions: boolean;
  /** Per-message TTL and delete markers (since 2.11, jetstream D38). */
  readonly messageTtl: boolean;
  /** A follower truncates what contradicts its leader, and a leader counts acks of its own term only (jetstream B15, B16, R1). */
  readonly soundRaft: boolean;
  /** Term and vote are on the disk before they are answered (since 2.10.23, jetstream E43, D8). */
  readonly syncsVotes: boolean;
  /** A voter without a log gives a vote that only counts if all vote (since 2.12, jetstream B17). */
  readonly emptyVotes: boolean;
  /** `sync_interval` can be set (since 2.10, jetstream E41). */
  readonly syncIntervalSettable: boolean;
  /** How often the raft log is synced, microseconds (jetstream E41). */
  readonly logSyncUs: number;
  /** Status of a pull that does not wait and was filled in part (jetstream G60). */
  readonly noWaitPartial: 404 | 408;
  /** A full queue of pulls answers nothing to a request with heartbeats (since 2.11.5, jetstream G60). */
  readonly silentMaxWaiting: boolean;
  /** A filled pull with bytes left is told so (since 2.10, jetstream G60). */
  readonly batchCompleted: boolean;
  /** Consumer info tells what the leader has in memory, or what is replicated (until 2.10.23, fault C12). */
  readonly infoFromMemory: boolean;
  /** The end of a message's deliveries is replicated (since 2.9.22, fault C5). */
  readonly replicatesExhaustion: boolean;
  /** A restarted replica answers direct reads before it has caught up (until 2.9.16, fault K3). */
  readonly readsBeforeCaughtUp: boolean;
  /** What a purge removed from a stream of one replica is forgotten with the power, sequences and all (fault D9). */
  readonly losesPurges: boolean;
  readonly defects: ReadonlySet<ReleaseDefect>;
  /** Raft groups have a connection of their own between two servers, that of the system account (since 2.10). */
  readonly raftRoutes: boolean;
  /** Silence after which a route is given up, microseconds (jetstream C21). */
  readonly routeStaleUs: readonly [number, number];
}

export const nats212: NatsProfile = {
  version: '2.12',
  deliverAfterQuorum: true,
  ackReplyAfterQuorum: true,
  judgesAtApply: false,
  newLeaderAnswersOldInbox: true,
  leaderAfterApply: true,
  multiFilter: true,
  termReasons: true,
  missingAnswers: true,
  trimsSubjectsOnUpdate: true,
  consumerActions: true,
  messageTtl: true,
  soundRaft: true,
  syncsVotes: true,
  emptyVotes: true,
  syncIntervalSettable: true,
  logSyncUs: 120_000_000,
  noWaitPartial: 404,
  silentMaxWaiting: true,
  batchCompleted: true,
  infoFromMemory: false,
  replicatesExhaustion: true,
  readsBeforeCaughtUp: false,
  losesPurges: false,
  defects: new Set(),
  raftRoutes: true,
  routeStaleUs: [60_000_000, 90_000_000],
};

export const nats2910: NatsProfile = {
  version: '2.9.10',
  deliverAfterQuorum: false,
  ackReplyAfterQuorum: false,
  judgesAtApply: true,
  newLeaderAnswersOldInbox: false,
  leaderAfterApply: false,
  multiFilter: false,
  termReasons: false,
  missingAnswers: false,
  trimsSubjectsOnUpdate: false,
  consumerActions: false,
  messageTtl: false,
  soundRaft: false,
  syncsVotes: false,
  emptyVotes: false,
  syncIntervalSettable: false,
  logSyncUs: 300_000_000,
  noWaitPartial: 408,
  silentMaxWaiting: false,
  batchCompleted: false,
  infoFromMemory: true,
  replicatesExhaustion: false,
  readsBeforeCaughtUp: true,
  losesPurges: true,
  defects: new Set(),
  raftRoutes: false,
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
