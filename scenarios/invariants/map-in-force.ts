import type { EventOf, History } from '../../sim/history/history.ts';
import type { AssignmentChange } from '../../system/ports/system-event.ts';

type Computed = EventOf<'assignment.computed'>;

/**
 * Tells of each map once, when its leader learns that it is stored or when the first member follows it, whichever comes
 * first: a leader that dies in between announces nothing, and its map is in force all the same (defender §7).
 */
export function watchMaps(history: History, told: (map: AssignmentChange, timeUs: number) => void): void {
  const computed = new Map<string, Computed>();
  const followed = new Set<string>();
  history.on('assignment.computed', (event) => {
    computed.set(nameOf(event), event);
  });
  history.on('assignment.applied', (event, timeUs) => {
    const name = nameOf(event);
    const map = computed.get(name);
    if (map === undefined) return;
    computed.delete(name);
    followed.add(name);
    told(map, timeUs);
  });
  history.on('assignment.published', (event, timeUs) => {
    const name = nameOf(event);
    computed.delete(name);
    if (!followed.delete(name)) told(event, timeUs);
  });
}

function nameOf({ colour, term, version }: { colour: string; term: number; version: number }): string {
  return `${colour}/${term}/${version}`;
}
