import { z } from 'zod';
import type { Colour } from '../../ports/colour.ts';
import { ingestTrailers, routingFloorScopes } from '../../ports/ingest-trailers.ts';
import type { RpcMetadata } from '../../ports/rpc.ts';
import { parseJson } from '../json.ts';
import { colourSchema } from '../snapshot.ts';

/** Where a tool has to go although our list says otherwise, and the revision of the list that says so. */
const routeFloorSchema = z.object({ colour: colourSchema, revision: z.int().min(1) });
export type RouteFloor = Readonly<z.infer<typeof routeFloorSchema>>;

const storedSchema = z.object({
  everyTool: routeFloorSchema.nullable(),
  tools: z.array(z.tuple([z.string(), routeFloorSchema])),
});

/**
 * What collectors told this gateway of lists that it has not seen (delivery I2, I5): they refuse requests routed by a list
 * older than the rollback that they have heard of, and say where the tool belongs. It holds until a list of that revision
 * or a later one arrives, so a tool never goes back.
 */
export class RouteFloors {
  #everyTool: RouteFloor | undefined;
  readonly #tools = new Map<string, RouteFloor>();

  get isEmpty(): boolean {
    return this.#everyTool === undefined && this.#tools.size === 0;
  }

  /** Undefined: the list decides. */
  of(tool: string, listRevision: number): RouteFloor | undefined {
    const one = this.#tools.get(tool);
    const every = this.#everyTool;
    const floor = (one?.revision ?? 0) > (every?.revision ?? 0) ? one : every;
    return floor !== undefined && floor.revision > listRevision ? floor : undefined;
  }

  /** True where the answer of a collector said something new. */
  learn(tool: string, trailers: RpcMetadata): boolean {
    const revision = Number(trailers[ingestTrailers.routingFloor] ?? 'none');
    const colour = colourSchema.safeParse(trailers[ingestTrailers.routingFloorColour]);
    if (!Number.isSafeInteger(revision) || revision < 1 || !colour.success) return false;
    if (revision <= (this.of(tool, 0)?.revision ?? 0)) return false;
    const floor: RouteFloor = { revision, colour: colour.data satisfies Colour };
    if (trailers[ingestTrailers.routingFloorScope] === routingFloorScopes.everyTool) this.#everyTool = floor;
    else this.#tools.set(tool, floor);
    return true;
  }

  /** A list of this revision arrived: what it knows need not be remembered. */
  forgetUpTo(revision: number): void {
    if ((this.#everyTool?.revision ?? Infinity) <= revision) this.#everyTool = undefined;
    for (const [tool, floor] of this.#tools) if (floor.revision <= revision) this.#tools.delete(tool);
  }

  /** As one text, for the gateway's next life. */
  text(): string {
    return JSON.stringify({ everyTool: this.#everyTool ?? null, tools: [...this.#tools] });
  }

  /** Takes over what `text` wrote; anything else is ignored, since collectors will say it again. */
  restore(text: string): void {
    const stored = parseJson(storedSchema, text);
    if (stored === undefined) return;
    this.#everyTool = stored.everyTool ?? undefined;
    for (const [tool, floor] of stored.tools) this.#tools.set(tool, floor);
  }
}
