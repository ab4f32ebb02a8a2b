import type { Place } from './documents/source-text.ts';

/** A defect: which rule, where, why it is one here, what it does, what helps. */
export interface Finding {
  readonly rule: string;
  readonly title: string;
  readonly place: Place;
  readonly why: string;
  readonly effect: string;
  readonly fix: string;
}
