/** A chart that was acknowledged reaches its expiry. */
export interface ArchiveObservation {
  readonly kind: 'archive.expired';
  /** Unit, end and sequence. */
  readonly chart: string;
  /** It lies in the offline store, with the same bytes. */
  readonly archived: boolean;
}
