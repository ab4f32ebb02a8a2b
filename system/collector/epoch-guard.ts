import { z } from 'zod';
import type { Clock } from '../ports/clock.ts';
import type { Colour } from '../ports/colour.ts';
import { PortError } from '../ports/errors.ts';
import type { Http } from '../ports/http.ts';
import { ingestTrailers, routingEpochHeader, routingFloorScopes } from '../ports/ingest-trailers.ts';
import type { RpcHandler, RpcMetadata } from '../ports/rpc.ts';
import type { Counter, Telemetry } from '../ports/telemetry.ts';

export interface EpochGuardSettings {
  /** `host:port` of Management. */
  readonly managementAuthority: string;
  readonly snapshotPath: string;
  readonly pollMs: number;
  readonly timeoutMs: number;
}

export const defaultEpochGuardSettings: EpochGuardSettings = {
  managementAuthority: 'management:8080',
  snapshotPath: '/api/v1/routing/snapshot',
  pollMs: 5000,
  timeoutMs: 1000,
};

const colour = z.enum(['blue', 'green']);
/** What the guard reads of a list; there is more in it. */
const listSchema = z.object({
  revision: z.int().min(1),
  shrinkRevision: z.int().min(0),
  canaryTools: z.array(z.string()),
  stableColour: colour,
  canaryColour: colour,
});

interface Heard {
  readonly revision: number;
  readonly shrinkRevision: number;
  readonly canaryTools: ReadonlySet<string>;
  readonly stableColour: Colour;
  readonly canaryColour: Colour;
}

/**
 * A second way for a rollback to take effect: collectors ask Management, too, and those of the canary refuse what a
 * gateway still routes by a list from before the last change that took tools out (delivery I5; the gateway that is cut
 * off from Management cannot know). The answer says where the tool belongs, so that the gateway goes there at once.
 *
 * Only requests of older lists are refused: a collector that has missed an expansion never stands in its way. One that
 * cannot reach Management, or was just started, lets everything in, as all do without a guard.
 */
export class EpochGuard {
  readonly #clock: Clock;
  readonly #http: Http;
  readonly #settings: EpochGuardSettings;
  readonly #colour: Colour;
  readonly #name: string;
  readonly #refusals: Counter;
  #heard: Heard | undefined;

  constructor(
    ports: { readonly clock: Clock; readonly http: Http; readonly telemetry: Telemetry },
    settings: EpochGuardSettings,
    own: { readonly colour: Colour; readonly name: string },
  ) {
    this.#clock = ports.clock;
    this.#http = ports.http;
    this.#settings = settings;
    this.#colour = own.colour;
    this.#name = own.name;
    this.#refusals = ports.telemetry.counter('tfdc_collector_old_epoch_total', { colour: own.colour });
  }

  /** Asks Management for the life of the process. */
  start(): void {
    void this.#ask().then(() => this.#clock.after(this.#settings.pollMs, () => this.start()));
  }

  guarded(handler: RpcHandler): RpcHandler {
    return (call, reply) => {
      const trailers = this.#refusalOf(call.metadata);
      if (trailers === undefined) {
        handler(call, reply);
        return;
      }
      this.#refusals.add(1);
      reply({ status: 'ABORTED', message: 'routed by a list from before a rollback', metadata: trailers });
    };
  }

  #refusalOf(metadata: RpcMetadata): RpcMetadata | undefined {
    const heard = this.#heard;
    if (heard === undefined || heard.canaryColour !== this.#colour) return undefined;
    const epoch = Number(metadata[routingEpochHeader] || 'none');
    if (!(epoch < heard.shrinkRevision) || heard.canaryTools.has(metadata['tool-id'] ?? '')) return undefined;
    const isEvery = heard.canaryTools.size === 0;
    return {
      'served-by': this.#name,
      [ingestTrailers.routingFloor]: String(heard.revision),
      [ingestTrailers.routingFloorColour]: heard.stableColour,
      [ingestTrailers.routingFloorScope]: isEvery ? routingFloorScopes.everyTool : routingFloorScopes.tool,
    };
  }

  async #ask(): Promise<void> {
    const { managementAuthority, snapshotPath, timeoutMs } = this.#settings;
    const path = `${snapshotPath}?revision=${this.#heard?.revision ?? 0}`;
    try {
      const response = await this.#http.request(
        managementAuthority,
        { method: 'GET', path, headers: {}, body: '' },
        timeoutMs,
      );
      if (response.status === 200) this.#hear(response.body);
    } catch (error) {
      if (!(error instanceof PortError)) throw error;
    }
  }

  #hear(text: string): void {
    const list = listOf(text);
    if (list === undefined || list.revision <= (this.#heard?.revision ?? 0)) return;
    this.#heard = { ...list, canaryTools: new Set(list.canaryTools) };
  }
}

function listOf(text: string): z.infer<typeof listSchema> | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  const parsed = listSchema.safeParse(value);
  return parsed.success ? parsed.data : undefined;
}
