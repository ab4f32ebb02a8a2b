import type { AssignmentMap } from './assignment-map.ts';
import { ownersOf } from './assignment-map.ts';
import { compareNames } from './compare.ts';

/** What changes from one map to the next; the fields of the event `assignment.published`. */
export interface Movement {
  readonly joined: readonly string[];
  readonly left: readonly string[];
  readonly moved: number;
  readonly movedToJoined: number;
  readonly movedFromLeft: number;
}

/** Counts units that both maps have and whose owner differs; a first map moves nothing. */
export function movementBetween(before: AssignmentMap, after: AssignmentMap): Movement {
  const joined = [...after.members.keys()].filter((member) => !before.members.has(member));
  const left = [...before.members.keys()].filter((member) => !after.members.has(member));
  const previousOwners = ownersOf(before);
  let moved = 0;
  let movedToJoined = 0;
  let movedFromLeft = 0;
  for (const [unit, owner] of ownersOf(after)) {
    const previousOwner = previousOwners.get(unit);
    if (previousOwner === undefined || previousOwner === owner) continue;
    moved++;
    if (!before.members.has(owner)) movedToJoined++;
    if (!after.members.has(previousOwner)) movedFromLeft++;
  }
  return {
    joined: joined.sort(compareNames),
    left: left.sort(compareNames),
    moved,
    movedToJoined,
    movedFromLeft,
  };
}
