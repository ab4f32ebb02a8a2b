import { z } from 'zod';
import type { World } from '../../sim/world.ts';
import { colours, type Colour } from '../../system/ports/colour.ts';
import { parseJson } from '../../system/routing/json.ts';
import { managementPaths } from '../../system/routing/paths.ts';

/** What a collector's guard goes by; there is more in a list. */
const listSchema = z.object({ shrinkRevision: z.int() });

interface Collector {
  readonly colour: Colour;
  readonly sinceUs: number;
  endedUs: number | undefined;
  /** Lists that took tools out, with when it had heard of each. */
  readonly heard: { readonly shrinkRevision: number; readonly timeUs: number }[];
}

/** Since when the collectors of a colour refuse what a gateway still routes by an older list (delivery I5). Looks only. */
export class RefusalWatch {
  readonly #collectors = new Map<string, Collector>();

  constructor(world: World) {
    const { history, kernel } = world;
    history.on('pod.ready', ({ pod }, timeUs) => this.#collector(pod, timeUs));
    history.on('pod.ended', ({ pod }, timeUs) => {
      const collector = this.#collector(pod, timeUs);
      if (collector !== undefined) collector.endedUs = timeUs;
    });
    world.watchAnswers((caller, { path }, { status, body }) => {
      if (status !== 200 || !path.startsWith(managementPaths.snapshot)) return;
      const shrinkRevision = parseJson(listSchema, body)?.shrinkRevision;
      if (shrinkRevision === undefined) return;
      this.#collector(caller, kernel.nowUs)?.heard.push({ shrinkRevision, timeUs: kernel.nowUs });
    });
  }

  /** Undefined for a pod of another component. */
  #collector(pod: string, nowUs: number): Collector | undefined {
    const known = this.#collectors.get(pod);
    const colour = colours.find((each) => pod.startsWith(`collector-${each}-`));
    if (known !== undefined || colour === undefined) return known;
    const collector: Collector = { colour, sinceUs: nowUs, endedUs: undefined, heard: [] };
    this.#collectors.set(pod, collector);
    return collector;
  }

  /** When all of a colour's collectors that were there at `fromUs` had heard of this revision, or were gone; undefined: never. */
  sinceUs(colour: Colour, revision: number, fromUs: number): number | undefined {
    let latestUs = fromUs;
    for (const collector of this.#collectors.values()) {
      const { endedUs, heard } = collector;
      if (collector.colour !== colour || collector.sinceUs > fromUs || (endedUs ?? Infinity) < fromUs)
        continue;
      const first = heard.find(({ shrinkRevision }) => shrinkRevision >= revision);
      const sinceUs = Math.min(first?.timeUs ?? Infinity, endedUs ?? Infinity);
      if (sinceUs === Infinity) return undefined;
      latestUs = Math.max(latestUs, sinceUs);
    }
    return latestUs;
  }
}
