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
  /** Rules that it shares with other variants, besides its own. */
  readonly sharedTags?: readonly string[];
  /** Builds it and sets its course going. `bug`: the planted bug that is put in; undefined: none. */
  begin(stage: Stage, bug: string | undefined): void;
}

/** The tag of its own rules first. */
export function tagsOf({ name, sharedTags = [] }: Variant): readonly string[] {
  return [`variant-${name}`, ...sharedTags];
}
