import type { Placement } from './placement.ts';

/** Loads between which a member should be. */
export interface LoadBounds {
  readonly floor: number;
  readonly mean: number;
  readonly cap: number;
}

/** Rounding of sums of weights must not look like a broken bound. */
const tolerance = 1e-9;

/**
 * Brings joiners up to the mean, from the fullest members down to the mean, so that what moves goes to joiners only: first
 * units that the ring gives to a joiner, then others, heaviest first, since light ones would be many.
 */
export function fillJoiners(placement: Placement, joiners: ReadonlySet<number>, bounds: LoadBounds): void {
  const isJoiner = (member: number): boolean => joiners.has(member);
  for (const donor of placement.fullestFirst()) {
    if (isJoiner(donor)) continue;
    const held = placement.heldBy(donor);
    const ringFirst = [
      ...held.filter((unit) => isJoiner(placement.units[unit]?.ringOwner ?? -1)),
      ...held
        .filter((unit) => !isJoiner(placement.units[unit]?.ringOwner ?? -1))
        .sort((a, b) => (placement.units[b]?.weight ?? 0) - (placement.units[a]?.weight ?? 0) || a - b),
    ];
    for (const unitIndex of ringFirst) {
      const unit = placement.units[unitIndex];
      if (unit === undefined) continue;
      if (placement.loadOf(donor) - unit.weight < bounds.mean - unit.weight / 2) continue;
      const fits = (member: number): boolean =>
        isJoiner(member) &&
        placement.loadOf(member) + unit.weight <= bounds.mean + unit.weight / 2 &&
        (!unit.extreme || placement.hasRoomForExtreme(member));
      const target = fits(unit.ringOwner) ? unit.ringOwner : placement.emptiest(fits);
      if (target !== undefined) placement.place(unitIndex, target);
    }
  }
}

/** Moves units off members above the cap, then onto members below the floor, each time the one that helps most. */
export function bringWithinBounds(placement: Placement, bounds: LoadBounds): void {
  for (let move = 0; move < placement.units.length; move++) {
    if (!shedOne(placement, bounds) && !liftOne(placement, bounds)) return;
  }
}

function shedOne(placement: Placement, bounds: LoadBounds): boolean {
  for (const donor of placement.fullestFirst()) {
    if (placement.loadOf(donor) <= bounds.cap + tolerance) return false;
    const target = placement.emptiest((member) => member !== donor);
    if (target !== undefined && moveBest(placement, donor, target, bounds.cap)) return true;
  }
  return false;
}

function liftOne(placement: Placement, bounds: LoadBounds): boolean {
  const order = placement.fullestFirst();
  for (const target of order.toReversed()) {
    if (placement.loadOf(target) >= bounds.floor - tolerance) return false;
    for (const donor of order) {
      if (placement.loadOf(donor) <= placement.loadOf(target)) break;
      if (moveBest(placement, donor, target, bounds.cap)) return true;
    }
  }
  return false;
}

/** Moves the unit that comes nearest to levelling the two without turning them round; false where none does. */
function moveBest(placement: Placement, donor: number, target: number, cap: number): boolean {
  const difference = placement.loadOf(donor) - placement.loadOf(target);
  let best: number | undefined;
  let bestGap = difference / 2;
  for (const unitIndex of placement.heldBy(donor)) {
    const unit = placement.units[unitIndex];
    if (unit === undefined || unit.weight >= difference) continue;
    if (unit.extreme && !placement.hasRoomForExtreme(target)) continue;
    if (placement.loadOf(target) + unit.weight > cap + tolerance) continue;
    const gap = Math.abs(difference / 2 - unit.weight);
    if (
      gap < bestGap ||
      (gap === bestGap && best !== undefined && prefers(placement, unitIndex, best, target))
    ) {
      best = unitIndex;
      bestGap = gap;
    }
  }
  if (best === undefined) return false;
  placement.place(best, target);
  return true;
}

function prefers(placement: Placement, candidate: number, best: number, target: number): boolean {
  return placement.units[candidate]?.ringOwner === target && placement.units[best]?.ringOwner !== target;
}
