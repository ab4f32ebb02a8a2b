/**
 * A scenario that shows what a server or a setting really does wrong: runs of it may break these rules, and no others.
 * A red run is reported as such and does not fail its campaign; a long campaign without any does not pass.
 */
export interface KnownRed {
  readonly rules: readonly string[];
  /** What is known to be wrong, with its source. */
  readonly why: string;
}
