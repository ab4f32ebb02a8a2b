import type { History } from '../../sim/history/history.ts';
import type { AssignmentChange } from '../../system/ports/system-event.ts';
import { watchMaps } from '../invariants/map-in-force.ts';
import type { Anchor, Band, ExpectedMap, Timeline } from './timeline.ts';

/** One expectation of a timeline as a run met it. */
export interface Finding {
  readonly name: string;
  /** Absent for what must never happen. */
  readonly band?: Band;
  /** Seconds after the anchor; absent where it did not happen, or its anchor did not. */
  readonly measuredS?: number;
  /** What is wrong; absent where the expectation is met. */
  readonly problem?: string;
}

interface SeenMap {
  readonly map: AssignmentChange;
  readonly timeUs: number;
}

/** Reads a history as it is written and says how it met its timeline. */
export class TimelineFold {
  readonly #timeline: Timeline;
  readonly #anchors = new Map<Anchor, number>();
  /** Times of expected events, in the order of the timeline. */
  readonly #eventsUs: (number | undefined)[];
  readonly #maps: SeenMap[] = [];
  readonly #forbidden: Finding[] = [];
  readonly #unstable = new Set<string>();
  #settledUs = 0;

  constructor(timeline: Timeline, history: History) {
    this.#timeline = timeline;
    this.#eventsUs = timeline.events.map(() => undefined);
    for (const anchor of anchorsOf(timeline)) this.#awaitAnchor(anchor, history);
    this.#watchEvents(history);
    watchMaps(history, (map, timeUs) => {
      if (map.colour === timeline.colour && timeUs >= timeline.fromMs * 1000)
        this.#maps.push({ map, timeUs });
    });
    if (timeline.stable !== undefined) this.#watchStates(history);
  }

  /** At the end of the run: every expectation, met or not. */
  finish(): readonly Finding[] {
    const { events, maps, stable } = this.#timeline;
    const findings = [
      ...maps.map((expected, index) => this.#findMap(expected, this.#maps[index])),
      ...this.#maps.slice(maps.length).map(surplus),
      ...events.map(({ event, ...band }, index) => this.#timed(event.name, band, this.#eventsUs[index])),
      ...this.#forbidden,
    ];
    return stable === undefined ? findings : [...findings, this.#findStable(stable)];
  }

  #awaitAnchor(anchor: Anchor, history: History): void {
    history.on(anchor.kind, (event, timeUs) => {
      if (this.#anchors.has(anchor) || timeUs < anchor.sinceMs * 1000 || !anchor.matches(event)) return;
      this.#anchors.set(anchor, timeUs);
    });
  }

  #watchEvents(history: History): void {
    const { events, never, fromMs } = this.#timeline;
    events.forEach(({ event, after }, index) => {
      history.on(event.kind, (seen, timeUs) => {
        if (this.#eventsUs[index] !== undefined || !event.matches(seen)) return;
        if (this.#anchors.has(after)) this.#eventsUs[index] = timeUs;
      });
    });
    for (const event of never) {
      history.on(event.kind, (seen, timeUs) => {
        if (timeUs < fromMs * 1000 || !event.matches(seen)) return;
        this.#forbidden.push({
          name: event.name,
          problem: `${event.name}, at ${seconds(timeUs)} s of the run`,
        });
      });
    }
  }

  #watchStates(history: History): void {
    history.on('defender.state', ({ colour, pod, to }, timeUs) => {
      if (colour !== this.#timeline.colour) return;
      this.#settledUs = timeUs;
      if (to === 'stable') this.#unstable.delete(pod);
      else this.#unstable.add(pod);
    });
    history.on('pod.ended', ({ pod }) => this.#unstable.delete(pod));
    history.on('pod.restarting', ({ pod }) => this.#unstable.delete(pod));
  }

  #findMap(expected: ExpectedMap, seen: SeenMap | undefined): Finding {
    const timed = this.#timed(expected.name, expected, seen?.timeUs);
    if (seen === undefined || timed.problem !== undefined) return timed;
    const problem = contentProblem(expected, seen.map);
    return problem === undefined ? timed : { ...timed, problem };
  }

  #findStable(band: Band): Finding {
    const timed = this.#timed('every Defender is stable', band, this.#settledUs);
    if (this.#unstable.size === 0) return timed;
    return { ...timed, problem: `${[...this.#unstable].join(', ')} not stable at the end` };
  }

  #timed(name: string, band: Band, timeUs: number | undefined): Finding {
    const anchorUs = this.#anchors.get(band.after);
    const { after } = band;
    if (anchorUs === undefined) return { name, band, problem: `${name}: ${after.name} never came` };
    if (timeUs === undefined) return { name, band, problem: `${name} never came` };
    const measuredS = (timeUs - anchorUs) / 1e6;
    const [least, most] = band.seconds;
    if (measuredS >= least && measuredS <= most) return { name, band, measuredS };
    return {
      name,
      band,
      measuredS,
      problem: `${name} came ${measuredS.toFixed(2)} s after ${after.name}; expected ${least} to ${most} s`,
    };
  }
}

/** Every anchor of a timeline once. */
function anchorsOf({ maps, events, stable }: Timeline): readonly Anchor[] {
  const bands: readonly Band[] = [...maps, ...events, ...(stable === undefined ? [] : [stable])];
  return [...new Set(bands.map(({ after }) => after))];
}

function surplus({ map, timeUs }: SeenMap): Finding {
  const { version, reason, members, joined, left } = map;
  return {
    name: 'no other map',
    problem: `a map too many: ${version} (${reason}, ${members} members, ${joined.length} joined, ${left.length} left) at ${seconds(timeUs)} s of the run`,
  };
}

function contentProblem(expected: ExpectedMap, map: AssignmentChange): string | undefined {
  const { name, reason, members, joined, left, besidesShare } = expected;
  const wanted = `${reason}, ${members} members, ${joined} joined, ${left} left`;
  const found = `${map.reason}, ${map.members} members, ${map.joined.length} joined, ${map.left.length} left`;
  if (found !== wanted) return `${name} was (${found}); expected (${wanted})`;
  const besides = map.moved - map.movedToJoined - map.movedFromLeft;
  if (besidesShare === undefined || besides <= besidesShare * map.units) return undefined;
  return `${name} moved ${besides} of ${map.units} units between members that neither joined nor left; expected ${(besidesShare * 100).toFixed(0)} % at most`;
}

function seconds(timeUs: number): string {
  return (timeUs / 1e6).toFixed(1);
}
