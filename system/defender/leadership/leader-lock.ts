export interface LeadershipHandlers {
  won(term: number): void;
  lost(): void;
}

/**
 * The right to lead, as one candidate sees it (delivery R20, defender §2). It is granted for a term, whose number fences
 * off the terms before it; a leader that cannot renew it in time gives up by itself.
 */
export interface LeaderLock {
  readonly term: number | undefined;
  /** True while no other process can have been given the lock (by this process's own clock). */
  isHeldFirmly(): boolean;
  /** Begins to take part. */
  start(): void;
  /** Ends all looking; what is held stays held until its time is over. */
  stop(): void;
  /** The beat: the leader renews, a candidate looks whether it may lead. Never rejects. */
  beat(): Promise<void>;
  /** The beat of a leader that cannot reach NATS since so long: it can neither see members nor publish. Never rejects. */
  beatWithoutNats(sinceMs: number): Promise<void>;
  /** As `release`, but a leader goes on until it releases the lock. */
  withdrawUnlessLeading(): void;
  /** Gives the lock up, so that another can take it at once, and does not try again. Never rejects. */
  release(): Promise<void>;
  /** Another leader has published: this term is over, a new one may begin. */
  stepDown(reason: string): void;
  /** The id is gone, and with it the right to lead. */
  abandon(reason: string): void;
}
