import type { EventKind, EventOf } from '../../sim/history/history.ts';
import type { Colour } from '../../system/ports/colour.ts';
import type { RebalanceReason } from '../../system/ports/system-event.ts';

/** Events of one kind that are looked out for, by name. */
export interface NamedEvent {
  readonly name: string;
  readonly kind: EventKind;
  matches(event: EventOf<EventKind>): boolean;
}

/** The first event of its kind from a time of the run on: what a band is counted from. */
export interface Anchor extends NamedEvent {
  readonly sinceMs: number;
}

/** When something must happen, in seconds after its anchor, both ends included. */
export interface Band {
  readonly after: Anchor;
  readonly seconds: readonly [number, number];
}

/** One map of the assignment that must come, and what it must hold. */
export interface ExpectedMap extends Band {
  readonly name: string;
  readonly reason: RebalanceReason;
  readonly members: number;
  readonly joined: number;
  readonly left: number;
  /** Units, over all, that may move between members of which neither joined nor left; absent: not judged. */
  readonly besidesShare?: number;
}

/** An event that must come, the first of its kind after the anchor. */
export interface ExpectedEvent extends Band {
  readonly event: NamedEvent;
}

/**
 * What the history of one run must show (defender §3): exactly these maps in this order from `fromMs` on, these events,
 * and none of those that must never come.
 */
export interface Timeline {
  /** Of the list in defender §3. */
  readonly number: number;
  readonly title: string;
  readonly colour: Colour;
  readonly fromMs: number;
  readonly maps: readonly ExpectedMap[];
  readonly events: readonly ExpectedEvent[];
  readonly never: readonly NamedEvent[];
  /** By when every Defender is stable, and stays so until the end. */
  readonly stable?: Band;
}

/** Events of one kind that satisfy a condition. */
export function eventNamed<K extends EventKind>(
  name: string,
  kind: K,
  condition: (event: EventOf<K>) => boolean = () => true,
): NamedEvent {
  return { name, kind, matches: (event) => event.kind === kind && condition(event as EventOf<K>) };
}

/** The first such event from `sinceMs` of the run on. */
export function firstFrom(sinceMs: number, event: NamedEvent): Anchor {
  return { ...event, sinceMs };
}
