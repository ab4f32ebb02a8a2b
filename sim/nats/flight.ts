/** A proposal in a calm group: what will happen to it, computed at once. Times are by place in the group. */
export interface Flight {
  readonly index: number;
  /** When each follower has written it, and when the leader hears of that. */
  readonly writtenUs: readonly number[];
  readonly ackedUs: readonly number[];
  /** When each follower hears of the commit; empty until the leader tells them. */
  visibleUs: readonly number[];
  /** What the leader's machine answered. */
  sequence: number;
}

/** What a leader says to one member: an entry, or else only how far it has committed. */
export interface Telling {
  /** When the member hears it, and when the leader hears the answer. */
  readonly atUs: number;
  readonly answeredUs: number;
  /** The last entry that the member has then, and the last that it knows to be committed; -1: no news. */
  readonly index: number;
  readonly commit: number;
  readonly withEntry: boolean;
}

/**
 * What a leader tells one member in these flights and in the last heartbeats, in the order in which it is heard.
 * `lastIndex` is the entry before the flights, `hopUs` the way between the two.
 */
export function tellings(
  flights: readonly Flight[],
  member: number,
  lastIndex: number,
  heartbeatsAtUs: readonly number[],
  hopUs: number,
): readonly Telling[] {
  const newsAtUs = new Set(heartbeatsAtUs.map((atUs) => atUs + hopUs));
  for (const { visibleUs } of flights) {
    const atUs = visibleUs[member];
    if (atUs !== undefined) newsAtUs.add(atUs);
  }
  // An entry carries the news that comes with it.
  for (const { writtenUs } of flights) newsAtUs.delete(writtenUs[member] ?? 0);
  const entries = flights.map(({ index, writtenUs, ackedUs }) => {
    return { atUs: writtenUs[member] ?? 0, answeredUs: ackedUs[member] ?? 0, index, withEntry: true };
  });
  const news = Array.from(newsAtUs, (atUs) => {
    const index = heardBy(flights, atUs, ({ writtenUs }) => writtenUs[member]) ?? lastIndex;
    return { atUs, answeredUs: atUs + hopUs, index, withEntry: false };
  });
  return [...entries, ...news]
    .sort((left, right) => left.atUs - right.atUs || left.index - right.index)
    .map((told) => {
      return { ...told, commit: heardBy(flights, told.atUs, ({ visibleUs }) => visibleUs[member]) ?? -1 };
    });
}

/** Index of the last flight of which that was heard by then. */
function heardBy(
  flights: readonly Flight[],
  byUs: number,
  atUs: (flight: Flight) => number | undefined,
): number | undefined {
  return flights.findLast((flight) => (atUs(flight) ?? Infinity) <= byUs)?.index;
}
