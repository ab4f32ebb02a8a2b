import { z } from 'zod';
import type { Clock } from '../../ports/clock.ts';
import type { Colour } from '../../ports/colour.ts';
import { PortError } from '../../ports/errors.ts';
import type { Http } from '../../ports/http.ts';
import type { Counter, Telemetry } from '../../ports/telemetry.ts';
import { parseJson } from '../json.ts';
import { managementPaths } from '../paths.ts';

/** The plugin as it was found in the gateways (delivery 60). */
export interface ObservedPluginSettings {
  readonly ttlMs: number;
  /** Decisions kept; the least recently used one goes first. */
  readonly entries: number;
  readonly timeoutMs: number;
  /** Constants in its source: wrong after every change of roles (delivery C11, F14). */
  readonly canaryColour: Colour;
  readonly defaultColour: Colour;
}

export const observedPluginSettings: ObservedPluginSettings = {
  ttlMs: 60_000,
  entries: 1000,
  timeoutMs: 1000,
  canaryColour: 'green',
  defaultColour: 'blue',
};

interface Decision {
  readonly colour: Colour;
  readonly untilMs: number;
}

const listSchema = z.object({ tools: z.array(z.string()) });

/**
 * The tool router as it was observed, kept as a second implementation so that its failures can be shown (delivery 60, 61):
 * a decision for each tool in a cache of 1,000, good for 60 s, fetched on the path of the request with the whole list;
 * several requests of one tool fetch it several times; no list is no canary, and that is cached; an error is not cached,
 * and sends the tool to a constant colour.
 *
 * Not modelled: several workers in one gateway, each with a cache of its own: as many gateways show the same.
 */
export class ObservedPlugin {
  readonly #clock: Clock;
  readonly #http: Http;
  readonly #authority: string;
  readonly #settings: ObservedPluginSettings;
  readonly #fetches: Counter;
  readonly #decisions = new Map<string, Decision>();

  constructor(
    ports: { readonly clock: Clock; readonly http: Http; readonly telemetry: Telemetry },
    authority: string,
    settings: ObservedPluginSettings,
  ) {
    this.#clock = ports.clock;
    this.#http = ports.http;
    this.#authority = authority;
    this.#settings = settings;
    this.#fetches = ports.telemetry.counter('tfdc_gateway_list_fetches_total', {});
  }

  /** `decided` is called once: at once where the decision is cached, else when Management answered or did not. */
  decide(tool: string, decided: (colour: Colour) => void): void {
    const known = this.#decisions.get(tool);
    if (known !== undefined && this.#clock.monotonicMs() < known.untilMs) {
      this.#remember(tool, known);
      decided(known.colour);
      return;
    }
    void this.#fetch(tool).then(decided);
  }

  async #fetch(tool: string): Promise<Colour> {
    const { canaryColour, defaultColour, timeoutMs, ttlMs } = this.#settings;
    this.#fetches.add(1);
    try {
      const response = await this.#http.request(
        this.#authority,
        { method: 'GET', path: managementPaths.canary, headers: {}, body: '' },
        timeoutMs,
      );
      const tools = parseJson(listSchema, response.body)?.tools ?? [];
      const colour = tools.includes(tool) ? canaryColour : defaultColour;
      this.#remember(tool, { colour, untilMs: this.#clock.monotonicMs() + ttlMs });
      return colour;
    } catch (error) {
      if (!(error instanceof PortError)) throw error;
      return defaultColour;
    }
  }

  #remember(tool: string, decision: Decision): void {
    this.#decisions.delete(tool);
    this.#decisions.set(tool, decision);
    if (this.#decisions.size <= this.#settings.entries) return;
    for (const oldest of this.#decisions.keys()) {
      this.#decisions.delete(oldest);
      return;
    }
  }
}
