import type { Colour } from '../../ports/colour.ts';
import type { RoutingSnapshot } from '../snapshot.ts';

/** A snapshot made ready for the path of every request. */
export interface RouteList {
  readonly snapshot: RoutingSnapshot;
  readonly canary: ReadonlySet<string>;
  /** The revision as the header carries it. */
  readonly epochText: string;
}

export function routeListOf(snapshot: RoutingSnapshot): RouteList {
  return { snapshot, canary: new Set(snapshot.canaryTools), epochText: String(snapshot.revision) };
}

/** The role decides, never a constant colour; a tool that is not listed is stable (delivery R43, C11, F14). */
export function colourOf(list: RouteList, tool: string): Colour {
  return list.canary.has(tool) ? list.snapshot.canaryColour : list.snapshot.stableColour;
}

/**
 * Whether a gateway takes over an offered snapshot (delivery 62, F5–F7): only a newer revision, and a list that lacks
 * tools only if a rollback, reduction, reset or promotion since its own revision explains it.
 */
export function accepts(current: RoutingSnapshot | undefined, offered: RoutingSnapshot): boolean {
  if (current === undefined) return true;
  if (offered.revision <= current.revision) return false;
  if (offered.shrinkRevision > current.revision) return true;
  if (offered.stableColour !== current.stableColour) return false;
  const offeredTools = new Set(offered.canaryTools);
  return current.canaryTools.every((tool) => offeredTools.has(tool));
}
