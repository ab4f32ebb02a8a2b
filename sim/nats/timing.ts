/** Times of server and client in microseconds; ranges are [low, high). */
export const clientPort = 4222;
export const routePort = 6222;

/** jetstream B6. */
export const electionUs = [4_000_000, 9_000_000] as const;
export const campaignUs = [100_000, 800_000] as const;
export const heartbeatUs = 1_000_000;
export const quorumCheckUs = 10_000_000;
export const quorumSilenceUs = 10_000_000;
/** The server chosen at creation campaigns at once (jetstream A3). */
export const firstCampaignUs = 50_000;
/** The target of a leadership transfer, which was heard of lately (jetstream B9). */
export const transferCampaignUs = 10_000;
export const transferSilenceUs = 3_000_000;

/** A member that catches up and gets nothing for so long asks again, on 2.9 (`catchupStalled`). */
export const catchUpStallUs = 2_000_000;

/** Files reach the disk for the first time after U(1, 2) min, then every 2 min or as the profile says (jetstream E41). */
export const firstSyncUs = [60_000_000, 120_000_000] as const;
export const syncUs = 120_000_000;
/** What a server has stored for so long is out of its memory. */
export const bufferUs = 1_000_000;
/** What an asset of one replica waits for; beside a round trip to a follower the `write()` into the page cache is nothing. */
export const writeUs = 40;

/** A restarted replica answers direct reads at the next tick after it has caught up (jetstream H65). */
export const readerTickUs = 2_000_000;
export const routeRedialUs = 1_000_000;
/** Since 2.10; routes are pinged whether they are idle or not (jetstream C21). */
export const routePingUs = 30_000_000;
/** Each server tells the others so often what its accounts use of JetStream (`usageTick`). */
export const usageTickUs = 1_500_000;
/** Group members that know they are leaderless answer 10008 after this time (jetstream A4). */
export const leaderlessAnswerUs = 500_000;
/** A new consumer leader looks at pending acks for the first time (jetstream F56). */
export const firstPendingCheckUs = [500_000, 1_500_000] as const;

/** Client: jetstream I72. */
export const reconnectWaitUs = 2_000_000;
export const reconnectJitterUs = 100_000;
export const dialTimeoutUs = 20_000_000;
/** A dead connection is noticed after two unanswered pings of 2 min (jetstream I72). */
export const connectionStaleUs = [240_000_000, 360_000_000] as const;
export const clientPingUs = 120_000_000;
/** The timer of ack waits fires that much later (jetstream F49). */
export const ackWaitSlackUs = 1_000;
/** What was acknowledged and is still in its stream is asked to be removed again with the next snapshot (`checkInterestState`). */
export const interestCheckUs = [120_000_000, 180_000_000] as const;
/** On 2.9 each replica removes what was acknowledged by itself, so that hardly anything can come between. */
export const releaseRetryUs = [1_000_000, 2_000_000] as const;
/** A leader that could not leave a delete marker tries again (jetstream D38). */
export const markerRetryUs = 2_000_000;
/** A new meta leader looks for assets that it does not know (jetstream J83). */
export const orphanCheckUs = 30_000_000;
/** Default time-out of JetStream and KV calls that carry none. */
export const callTimeoutMs = 5_000;
/** Idle heartbeat of a watch, first and after a recovery (jetstream H69). */
export const watchHeartbeatUs = 5_000_000;
export const recoveredWatchHeartbeatUs = 30_000_000;
/** Idle heartbeats that a client misses before it acts, by the phase of its ticks (jetstream I76, I77). */
export const missedHeartbeats = [2, 3] as const;
/** A watch whose creation nobody answers is asked for again. */
export const watchRetryUs = 5_000_000;
export const routeDialTimeoutUs = 1_000_000;
/**
 * What a route takes while its other end is silent: 69 kB, the send buffer of a fresh connection of Linux, of which the
 * kernel's bookkeeping and the protocol's headers take their part (seen full 12 s after a cut at ten publishes a second).
 * Not modelled: the larger buffer of a connection that has carried much at once.
 */
export const routeBufferBytes = 40_000;
/** A route that has taken nothing for so long is closed by the server that writes (`write_deadline`). */
export const writeDeadlineUs = 10_000_000;
/** Bounds of a pull's idle heartbeat, which is half its life (jetstream I76). */
export const pullHeartbeatUs = [500_000, 30_000_000] as const;
