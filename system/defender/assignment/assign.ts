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
/** PRODUCT, movement: 36 % of the units where a third is the least possible, and nearly all of them to those that join. */
const mostMovedShare = 0.36 * 3;
const mostBesideJoiners = 0.05;
/** Where few join they may take light units, and so more of them than their share; measured over random changes. */
const mostMovedShareOfFew = 1.6;
const fewJoinersShare = 0.25;

/**
 * Weighted consistent hashing with bounded loads (delivery R11, R182; defender §4).
 *
 * Without a map before: extremes first, heaviest first, each to the least loaded; the others to their ring owner unless that
 * lifts it above the cap, then to the least loaded; at last members under the floor are lifted from the fullest.
 * With a map before, units stay where they are: those of members that left are placed as above, members that joined
 * are filled up to the mean from the fullest, and only then the bounds are restored with as few moves as can be. Where
 * extremes are packed anew that moves less, it is done; where all that misses a bound, a fresh assignment is tried.
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

  const fresh = (): Placement => {
    const placement = empty();
    placeRest(placement, bounds);
    bringWithinBounds(placement, bounds);
    return placement;
  };
  const { previous } = input;
  if (previous === undefined) return describe(fresh(), members, bounds);

  const owners = previousOwners(units, members, previous);
  const kept = empty();
  keep(kept, owners, () => true);
  placeRest(kept, bounds);
  const joiners = joinersOf(members, previous);
  if (joiners.size > 0) fillJoiners(kept, joiners, bounds);
  bringWithinBounds(kept, bounds);
  const candidates = [kept];
  if (extremes > 0) {
    const repacked = empty();
    packExtremes(repacked, owners);
    keep(repacked, owners, (unit) => !unit.extreme);
    placeRest(repacked, bounds);
    bringWithinBounds(repacked, bounds);
    candidates.push(repacked);
  }
  if (candidates.every((candidate) => excess(candidate, bounds) > 0)) candidates.push(fresh());
  const joiningShare = joiners.size / members.length;
  const mostMoved =
    (joiningShare < fewJoinersShare ? mostMovedShareOfFew : mostMovedShare) * joiningShare * units.length;
  const rank = (candidate: Placement): readonly number[] => {
    const moved = movedUnits(candidate, owners, () => true);
    const besideJoiners = movedUnits(candidate, owners, (owner) => !joiners.has(owner));
    const isAsPromised = moved <= mostMoved && besideJoiners <= mostBesideJoiners * moved;
    return [Math.max(0, excess(candidate, bounds)), isAsPromised ? 0 : 1, moved];
  };
  return describe(
    candidates.reduce((best, other) => (isLower(rank(other), rank(best)) ? other : best)),
    members,
    bounds,
  );
}

/** Compares place by place. */
function isLower(a: readonly number[], b: readonly number[]): boolean {
  const differing = a.findIndex((value, index) => value !== b[index]);
  return differing >= 0 && (a[differing] ?? 0) < (b[differing] ?? 0);
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

/** Index of each unit's owner in the map before, -1 where it has none among the members. */
function previousOwners(
  units: readonly PlacedUnit[],
  members: readonly string[],
  previous: PreviousAssignment,
): Int32Array {
  const indexOf = new Map(members.map((member, index) => [member, index]));
  return Int32Array.from(units, ({ unit }) => indexOf.get(previous.ownerOf(unit) ?? '') ?? -1);
}

function joinersOf(members: readonly string[], previous: PreviousAssignment): ReadonlySet<number> {
  const before = new Set(previous.members);
  return new Set(members.flatMap((member, index) => (before.has(member) ? [] : [index])));
}

function keep(placement: Placement, owners: Int32Array, isKept: (unit: PlacedUnit) => boolean): void {
  for (const [unitIndex, unit] of placement.units.entries()) {
    const owner = owners[unitIndex] ?? -1;
    if (owner >= 0 && isKept(unit)) placement.place(unitIndex, owner);
  }
}

/** Units that a member which stays has to give to one that `counts`. */
function movedUnits(placement: Placement, owners: Int32Array, counts: (newOwner: number) => boolean): number {
  let moved = 0;
  for (const [unitIndex, owner] of owners.entries()) {
    const newOwner = placement.ownerOf(unitIndex);
    if (owner >= 0 && newOwner !== owner && counts(newOwner)) moved++;
  }
  return moved;
}

/**
 * Packs extremes anew, heaviest first into the least full of as many bins as there are members; then each bin goes to the
 * owner of its heaviest unit, where that is still free, so that few of them change hands.
 */
function packExtremes(placement: Placement, owners: Int32Array): void {
  const bins = new Placement(placement.units, placement.loads.length, placement.maxExtremes);
  placeExtremes(bins);
  const contents = bins
    .fullestFirst()
    .map((bin) => heaviestFirst(bins, bins.heldBy(bin)))
    .filter((held) => held.length > 0);
  const free = new Set(placement.loads.keys());
  const homeless: number[][] = [];
  for (const held of contents) {
    const home = held.map((unitIndex) => owners[unitIndex] ?? -1).find((owner) => free.has(owner));
    if (home === undefined) homeless.push(held);
    else putTogether(placement, held, home, free);
  }
  for (const held of homeless) {
    const [home] = free;
    if (home !== undefined) putTogether(placement, held, home, free);
  }
}

function putTogether(placement: Placement, held: readonly number[], home: number, free: Set<number>): void {
  free.delete(home);
  for (const unitIndex of held) placement.place(unitIndex, home);
}

function heaviestFirst(placement: Placement, unitIndexes: readonly number[]): number[] {
  const weightOf = (unitIndex: number): number => placement.units[unitIndex]?.weight ?? 0;
  return unitIndexes.toSorted((a, b) => weightOf(b) - weightOf(a) || a - b);
}

/** Each of those not placed to the least loaded, heaviest first. */
function placeExtremes(placement: Placement): void {
  const open = [...placement.units.keys()].filter(
    (unitIndex) => placement.units[unitIndex]?.extreme === true && !placement.isPlaced(unitIndex),
  );
  for (const unitIndex of heaviestFirst(placement, open)) {
    const target = placement.emptiest((member) => placement.hasRoomForExtreme(member));
    if (target !== undefined) placement.place(unitIndex, target);
  }
}

function placeRest(placement: Placement, bounds: LoadBounds): void {
  placeExtremes(placement);
  for (const [unitIndex, { ringOwner, weight }] of placement.units.entries()) {
    if (placement.isPlaced(unitIndex)) continue;
    const isFull = placement.loadOf(ringOwner) + weight > bounds.cap;
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
