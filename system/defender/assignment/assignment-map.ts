import { compareNames } from './compare.ts';

/** Life of a cluster: before its first map, after it, and after the second (defender §3). */
export type Lifecycle = 'cold_start' | 'post_cold_start' | 'stable';

export interface MemberAssignment {
  readonly load: number;
  readonly units: readonly string[];
}

/**
 * What the leader publishes and every member follows. Version 0 has no members: a leader writes it in a cold start so
 * that an older leader, wherever it was held up, meets another revision and another term.
 */
export interface AssignmentMap {
  readonly version: number;
  /** Fencing token: revision of the lock with which the publishing leader's term began (defender §2). */
  readonly term: number;
  readonly publishedMs: number;
  readonly lifecycle: Lifecycle;
  /** When the cluster's first map was published, 0 before. */
  readonly firstAssignedMs: number;
  readonly boundRelaxed: boolean;
  readonly members: ReadonlyMap<string, MemberAssignment>;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

export function encodeMap(map: AssignmentMap): Uint8Array {
  const members = Object.fromEntries([...map.members].sort(([a], [b]) => compareNames(a, b)));
  return encoder.encode(JSON.stringify({ ...map, members }));
}

/** Undefined where the bytes are no map. */
export function decodeMap(bytes: Uint8Array): AssignmentMap | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(decoder.decode(bytes));
  } catch {
    return undefined;
  }
  if (!isMapJson(parsed)) return undefined;
  return { ...parsed, members: new Map(Object.entries(parsed.members)) };
}

type MapJson = Omit<AssignmentMap, 'members'> & {
  readonly members: Readonly<Record<string, MemberAssignment>>;
};

function isMapJson(value: unknown): value is MapJson {
  if (typeof value !== 'object' || value === null) return false;
  const fields = value as Partial<Record<keyof MapJson, unknown>>;
  return (
    isCount(fields.version) &&
    isCount(fields.term) &&
    isCount(fields.publishedMs) &&
    isCount(fields.firstAssignedMs) &&
    typeof fields.boundRelaxed === 'boolean' &&
    isLifecycle(fields.lifecycle) &&
    typeof fields.members === 'object' &&
    fields.members !== null &&
    Object.values(fields.members).every(isMemberAssignment)
  );
}

function isMemberAssignment(value: unknown): value is MemberAssignment {
  if (typeof value !== 'object' || value === null) return false;
  const fields = value as Partial<Record<keyof MemberAssignment, unknown>>;
  return (
    typeof fields.load === 'number' &&
    Array.isArray(fields.units) &&
    fields.units.every((unit) => typeof unit === 'string')
  );
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

function isLifecycle(value: unknown): value is Lifecycle {
  return value === 'cold_start' || value === 'post_cold_start' || value === 'stable';
}

/** The lifecycle of the map after one of this lifecycle. */
export function nextLifecycle(lifecycle: Lifecycle): Lifecycle {
  switch (lifecycle) {
    case 'cold_start':
      return 'post_cold_start';
    case 'post_cold_start':
    case 'stable':
      return 'stable';
  }
}

/** Owner of every unit of a map. */
export function ownersOf(map: AssignmentMap): ReadonlyMap<string, string> {
  const owners = new Map<string, string>();
  for (const [member, { units }] of map.members) {
    for (const unit of units) owners.set(unit, member);
  }
  return owners;
}
