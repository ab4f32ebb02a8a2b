import { bringWithinBounds, fillJoiners } from './balance.ts';
import type { LoadBounds } from './balance.ts';
import { compareNames } from './compare.ts';
import { Placement } from './placement.ts';
import type { PlacedUnit } from './placement.ts';
import { hash53, Ring } from './ring.ts';

export interface WeightedUnit {
  readonly unit: string;
  /** Above 0. */
  readonly weight: number;
}

export interface AssignmentInput {
  readonly members: readonly string[];
  readonly units: readonly WeightedUnit[];
  /** Owner of each unit in the map before, and who its members were; absent at a cold start. */
  readonly previous?: PreviousAssignment;
  readonly virtualNodes: number;
  /** Largest and smallest load a member should have, in shares of the mean load. */
  readonly capRatio: number;
  readonly floorRatio: number;
}

export interface PreviousAssignment {
  readonly members: readonly string[];
  readonly ownerOf: (unit: string) => string | undefined;
}

export interface Assignment {
  /** Units of every member, each ascending by name; a member without units is there with an empty list. */
  readonly unitsByMember: ReadonlyMap<string, readonly string[]>;
  readonly loads: ReadonlyMap<string, number>;
  readonly meanLoad: number;
  /** Over the mean load; both 1 where there is no load. */
  readonly loadMaxRatio: number;
  readonly loadMinRatio: number;
  /** Single units are too heavy for the bounds (defender §4). */
  readonly boundRelaxed: boolean;
}

/** A unit above this many times the mean weight is extreme (defender §4). */
const extremeRatio = 2;

/**
 * Weighted consistent hashing with bounded loads (delivery R11, R182; defender §4).
 *
 * Without a map before: extremes first, heaviest first, each to the least loaded; the others to their ring owner unless that
 * lifts it above the cap, then to the least loaded; at last members under the floor are lifted from the fullest.
 * With a map before, units stay where they are: those of members that left are placed as above, members that joined
 * are filled up to the mean from the fullest, and only then the bounds are restored with as few moves as can be. Where
 * that misses a bound which a fresh assignment keeps better, the fresh one is taken.
 *
 * Same members, units and map before, in any order: same assignment. Throws a `RangeError` where there is no member.
 */
export function assign(input: AssignmentInput): Assignment {
  const members = input.members.toSorted(compareNames);
  if (members.length === 0) throw new RangeError('an assignment needs at least one member');
  const units = numberedUnits(input, members);
  let total = 0;
  let extremes = 0;
  for (const unit of units) {
    total += unit.weight;
    if (unit.extreme) extremes++;
  }
  const mean = total / members.length;
  const bounds: LoadBounds = { floor: mean * input.floorRatio, mean, cap: mean * input.capRatio };
  const maxExtremes = Math.ceil(extremes / members.length) + 1;
  const empty = (): Placement => new Placement(units, members.length, maxExtremes);

  const kept = empty();
  const joiners = keepPrevious(kept, members, input.previous);
  placeRest(kept, bounds);
  if (joiners.size > 0) fillJoiners(kept, joiners, bounds);
  bringWithinBounds(kept, bounds);
  if (input.previous === undefined || excess(kept, bounds) <= 0) return describe(kept, members, bounds);

  const fresh = empty();
  placeRest(fresh, bounds);
  bringWithinBounds(fresh, bounds);
  return describe(excess(fresh, bounds) < excess(kept, bounds) ? fresh : kept, members, bounds);
}

function numberedUnits(input: AssignmentInput, members: readonly string[]): readonly PlacedUnit[] {
  const ring = new Ring(members, input.virtualNodes);
  const meanWeight =
    input.units.reduce((sum, { weight }) => sum + weight, 0) / Math.max(1, input.units.length);
  return input.units
    .map(({ unit, weight }) => ({
      unit,
      weight,
      ringOwner: ring.ownerIndex(hash53(unit)),
      extreme: weight > extremeRatio * meanWeight,
    }))
    .sort((a, b) => compareNames(a.unit, b.unit));
}

/** Leaves units with their owners; answers who joined, which is nobody where there was no map. */
function keepPrevious(
  placement: Placement,
  members: readonly string[],
  previous: PreviousAssignment | undefined,
): ReadonlySet<number> {
  if (previous === undefined) return new Set();
  const indexOf = new Map(members.map((member, index) => [member, index]));
  for (const [unitIndex, { unit }] of placement.units.entries()) {
    const owner = indexOf.get(previous.ownerOf(unit) ?? '');
    if (owner !== undefined) placement.place(unitIndex, owner);
  }
  const before = new Set(previous.members);
  return new Set(members.flatMap((member, index) => (before.has(member) ? [] : [index])));
}

function placeRest(placement: Placement, bounds: LoadBounds): void {
  const rest = placement.units.keys().filter((unitIndex) => !placement.isPlaced(unitIndex));
  const weightOf = (unitIndex: number): number => placement.units[unitIndex]?.weight ?? 0;
  const [extremes, ordinary]: [number[], number[]] = [[], []];
  for (const unitIndex of rest) {
    if (placement.units[unitIndex]?.extreme === true) extremes.push(unitIndex);
    else ordinary.push(unitIndex);
  }
  extremes.sort((a, b) => weightOf(b) - weightOf(a) || a - b);
  for (const unitIndex of extremes) {
    const target = placement.emptiest((member) => placement.hasRoomForExtreme(member));
    if (target !== undefined) placement.place(unitIndex, target);
  }
  for (const unitIndex of ordinary) {
    const ringOwner = placement.units[unitIndex]?.ringOwner ?? 0;
    const isFull = placement.loadOf(ringOwner) + weightOf(unitIndex) > bounds.cap;
    placement.place(unitIndex, isFull ? (placement.emptiest(() => true) ?? ringOwner) : ringOwner);
  }
}

/** How far beyond the bounds the worst member is, in load; at most 0 where all are within. */
function excess(placement: Placement, bounds: LoadBounds): number {
  let worst = Number.NEGATIVE_INFINITY;
  for (const load of placement.loads) {
    worst = Math.max(worst, load - bounds.cap, bounds.floor - load);
  }
  return worst - bounds.mean * 1e-9;
}

function describe(placement: Placement, members: readonly string[], bounds: LoadBounds): Assignment {
  const unitsByMember = new Map<string, readonly string[]>();
  const loads = new Map<string, number>();
  for (const [index, member] of members.entries()) {
    unitsByMember.set(
      member,
      placement.heldBy(index).map((unitIndex) => placement.units[unitIndex]?.unit ?? ''),
    );
    loads.set(member, placement.loadOf(index));
  }
  const ratio = (load: number): number => (bounds.mean === 0 ? 1 : load / bounds.mean);
  return {
    unitsByMember,
    loads,
    meanLoad: bounds.mean,
    loadMaxRatio: ratio(placement.loads.reduce((most, load) => Math.max(most, load), 0)),
    loadMinRatio: ratio(placement.loads.reduce((least, load) => Math.min(least, load), Infinity)),
    boundRelaxed: excess(placement, bounds) > 0,
  };
}
