import type { RingCore } from './ring-core.ts';

/** An operation whose outcome was computed at once; it can be brought back to messages at any moment. */
export interface Elided {
  /** Place in the ring's list. */
  index: number;
  /** Goes on as the messages and timers that would be under way now. */
  materialise(): void;
}

export function enlist(core: RingCore, elided: Elided): void {
  elided.index = core.elided.length;
  core.elided.push(elided);
}

export function delist(core: RingCore, elided: Elided): void {
  const last = core.elided.pop();
  if (last === undefined || last === elided) return;
  core.elided[elided.index] = last;
  last.index = elided.index;
}

/** Takes one element out of a short list. */
export function removeFrom<T>(list: T[], element: T): void {
  const index = list.indexOf(element);
  if (index >= 0) list.splice(index, 1);
}
