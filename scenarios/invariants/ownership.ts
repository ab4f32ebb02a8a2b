import type { History } from '../../sim/history/history.ts';
import type { Colour } from '../../system/ports/colour.ts';
import { DefenderRoster } from './defender-roster.ts';

/** What one live Defender holds to be its own. */
export interface Ownership {
  readonly colour: Colour;
  readonly pod: string;
  readonly version: number;
  readonly units: ReadonlySet<string>;
}

/** Why a Defender no longer has units: another map, an orderly leave, or its end. */
export type OwnershipEnd = 'map' | 'leave' | 'death';

/** Told of every change: which units a Defender took, which it gave up or died with. */
export interface OwnershipListener {
  changed(
    colour: Colour,
    pod: string,
    taken: readonly string[],
    given: readonly string[],
    timeUs: number,
    end: OwnershipEnd,
  ): void;
}

const nothing: ReadonlySet<string> = new Set();

/**
 * Which units each live Defender consumes, from what it said it applied: the truth that rules of ownership judge by. It
 * ends with the pull ("unsubscribed"), with the id, and with the process. A Defender that stands still keeps what it has.
 */
export class OwnershipBook {
  readonly #byPod = new Map<string, Ownership>();
  readonly #listener: OwnershipListener;

  constructor(history: History, listener: OwnershipListener) {
    this.#listener = listener;
    // Before the roster learns of it: it is asked for what was.
    history.on('node.down', ({ node }, timeUs) => {
      for (const { pod } of roster.holdersOn(node)) this.#end(pod, timeUs, 'death');
    });
    const roster = new DefenderRoster(history);
    history.on('assignment.applied', ({ colour, pod, version, owned }, timeUs) => {
      const before = this.#byPod.get(pod)?.units ?? nothing;
      const units = new Set(owned);
      this.#byPod.set(pod, { colour, pod, version, units });
      const taken = owned.filter((unit) => !before.has(unit));
      const given = [...before].filter((unit) => !units.has(unit));
      if (taken.length + given.length > 0) listener.changed(colour, pod, taken, given, timeUs, 'map');
    });
    history.on('shutdown.step', ({ pod, step }, timeUs) => {
      if (step === 'unsubscribed') this.#end(pod, timeUs, 'leave');
    });
    history.on('identity.released', ({ pod }, timeUs) => this.#end(pod, timeUs, 'leave'));
    history.on('pod.restarting', ({ pod }, timeUs) => this.#end(pod, timeUs, 'death'));
    history.on('pod.ended', ({ pod }, timeUs) => this.#end(pod, timeUs, 'death'));
  }

  of(pod: string): Ownership | undefined {
    return this.#byPod.get(pod);
  }

  /** Live Defenders of the colour that have applied a map. */
  members(colour: Colour): number {
    let members = 0;
    for (const ownership of this.#byPod.values()) if (ownership.colour === colour) members++;
    return members;
  }

  #end(pod: string, timeUs: number, end: OwnershipEnd): void {
    const ownership = this.#byPod.get(pod);
    if (ownership === undefined) return;
    this.#byPod.delete(pod);
    this.#listener.changed(ownership.colour, pod, [], [...ownership.units], timeUs, end);
  }
}
