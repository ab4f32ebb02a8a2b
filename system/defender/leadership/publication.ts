import type { Colour } from '../../ports/colour.ts';
import type { AssignmentChange, RebalanceReason } from '../../ports/system-event.ts';
import type { Assignment } from '../assignment/assign.ts';
import { nextLifecycle, ownersOf } from '../assignment/assignment-map.ts';
import type { AssignmentMap } from '../assignment/assignment-map.ts';
import { movementBetween } from '../assignment/movement.ts';
import type { DefenderSettings } from '../settings.ts';
import type { Unit } from '../units.ts';

/** A map that was computed and may be in force already, when writing it timed out. */
export interface Publication {
  readonly map: AssignmentMap;
  readonly reason: RebalanceReason;
  /** What its events say. */
  readonly change: AssignmentChange;
}

/** What a leader writes in a cold start, before there is anything to assign. */
export function emptyMap(term: number, wallMs: number): AssignmentMap {
  return {
    version: 0,
    term,
    publishedMs: wallMs,
    lifecycle: 'cold_start',
    firstAssignedMs: 0,
    boundRelaxed: false,
    members: new Map(),
  };
}

/** The map after `before`, for these members. */
export function computePublication(
  settings: DefenderSettings,
  units: readonly Unit[],
  before: AssignmentMap,
  members: readonly string[],
  reason: RebalanceReason,
  term: number,
  wallMs: number,
): Publication {
  const assignment = assignUnits(settings, units, before, members);
  const map: AssignmentMap = {
    version: before.version + 1,
    term,
    publishedMs: wallMs,
    lifecycle: nextLifecycle(before.lifecycle),
    firstAssignedMs: before.firstAssignedMs === 0 ? wallMs : before.firstAssignedMs,
    boundRelaxed: assignment.boundRelaxed,
    members: new Map(
      [...assignment.unitsByMember].map(([member, held]) => [
        member,
        { load: assignment.loads.get(member) ?? 0, units: held },
      ]),
    ),
  };
  return { map, reason, change: changeOf(settings.colour, units.length, before, map, reason, assignment) };
}

function changeOf(
  colour: Colour,
  units: number,
  before: AssignmentMap,
  map: AssignmentMap,
  reason: RebalanceReason,
  { loadMaxRatio, loadMinRatio, boundRelaxed }: Assignment,
): AssignmentChange {
  return {
    colour,
    version: map.version,
    term: map.term,
    reason,
    members: map.members.size,
    units,
    loadMaxRatio,
    loadMinRatio,
    boundRelaxed,
    ...movementBetween(before, map),
  };
}

/** True where a map with the same members should be replaced: other units, or a gain that is worth the moves (defender §3). */
export function shouldReweigh(
  settings: DefenderSettings,
  units: readonly Unit[],
  map: AssignmentMap,
): boolean {
  if (map.version === 0) return false;
  const owners = ownersOf(map);
  if (owners.size !== units.length || units.some(({ unit }) => !owners.has(unit))) return true;
  const loads = new Map([...map.members.keys()].map((member) => [member, 0]));
  let total = 0;
  for (const { unit, weight } of units) {
    const owner = owners.get(unit) ?? '';
    loads.set(owner, (loads.get(owner) ?? 0) + weight);
    total += weight;
  }
  const maxRatio = (Math.max(...loads.values()) * loads.size) / total;
  if (maxRatio <= settings.capRatio) return false;
  const better = assignUnits(settings, units, map, [...map.members.keys()]);
  return maxRatio - better.loadMaxRatio >= settings.minimumGain;
}

function assignUnits(
  settings: DefenderSettings,
  units: readonly Unit[],
  before: AssignmentMap,
  members: readonly string[],
): Assignment {
  const owners = ownersOf(before);
  return settings.policies.assign({
    members,
    units,
    virtualNodes: settings.virtualNodes,
    capRatio: settings.capRatio,
    floorRatio: settings.floorRatio,
    ...(before.version > 0 && {
      previous: { members: [...before.members.keys()], ownerOf: (unit: string) => owners.get(unit) },
    }),
  });
}
