/** Deliberate errors of the model: the comparison with what real brokers answered must find each. All are off in every world. */
export interface KafkaMutations {
  /** Offsets are taken from members of any generation. */
  readonly commitsUnfenced: boolean;
  /** A commit does not count as a sign of life. */
  readonly commitsNoHeartbeat: boolean;
  /** A rebalance keeps the number of the generation. */
  readonly generationStandsStill: boolean;
  /** A join of the leader into a stable group changes nothing. */
  readonly leaderRejoinIgnored: boolean;
  /** Whoever comes first is let in with the id that it was just given. */
  readonly memberIdNotRequired: boolean;
  /** Silent members stay for ever. */
  readonly sessionsNeverEnd: boolean;
  /** A static member that comes back is one more member. */
  readonly staticNotReplaced: boolean;
  /** Members that do not come back in time hold their place. */
  readonly stragglersKept: boolean;
  /** The first members of a group do not wait for others. */
  readonly initialWaitSkipped: boolean;
  /** A coordinator that starts again has forgotten what was committed. */
  readonly offsetsForgotten: boolean;
  /** A coordinator that starts again has forgotten the members. */
  readonly membersForgotten: boolean;
}

export const noKafkaMutations: KafkaMutations = {
  commitsUnfenced: false,
  commitsNoHeartbeat: false,
  generationStandsStill: false,
  leaderRejoinIgnored: false,
  memberIdNotRequired: false,
  sessionsNeverEnd: false,
  staticNotReplaced: false,
  stragglersKept: false,
  initialWaitSkipped: false,
  offsetsForgotten: false,
  membersForgotten: false,
};
