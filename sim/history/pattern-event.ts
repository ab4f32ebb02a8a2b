/** What a reader found of one job that a write pattern processed under a schedule of faults (cassandra-and-live §2). */
export interface PatternObservation {
  readonly kind: 'pattern.observed';
  readonly schedule: string;
  readonly pattern: string;
  /** Key and version. */
  readonly job: string;
  /** The message was acknowledged: nobody will deliver it again. */
  readonly acknowledged: boolean;
  /** The reader got an answer. */
  readonly readable: boolean;
  /** 0 where nothing was there. */
  readonly seenVersion: number;
  readonly expectedVersion: number;
  /** Its parts come from one computation. */
  readonly isWhole: boolean;
  /** How often the one effect of this job took place. */
  readonly effects: number;
  /** Its time is over: nothing may be there. */
  readonly expired: boolean;
  /** By now it must have been processed. */
  readonly mustBeDone: boolean;
}
