import type { Goal } from '../catalog/scenario.ts';
import type { Stage } from './stage.ts';

/** A variant of delivery as it is put on a stage beside a small fab (delivery §3). */
export interface Variant {
  /** The scenario is `variant-<name>`; rules with the tag of that name judge it. */
  readonly name: string;
  readonly summary: string;
  /** How long its course takes. */
  readonly minutes: number;
  readonly goals: readonly Goal[];
  /** Builds it and sets its course going. `bug`: the planted bug that is put in; undefined: none. */
  begin(stage: Stage, bug: string | undefined): void;
}
