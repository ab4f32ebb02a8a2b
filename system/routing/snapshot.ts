import { z } from 'zod';
import { otherColour } from '../ports/colour.ts';
import { parseJson } from './json.ts';

export const colourSchema = z.enum(['blue', 'green']);
const routingActionSchema = z.enum(['expand_canary', 'reduce_canary', 'rollback', 'promote', 'reset']);
export const toolListSchema = z.array(z.string().min(1));

/** The whole route of the fab at one moment; nothing is ever routed by less (delivery 62: one snapshot, no LRU per tool). */
export const routingSnapshotSchema = z.object({
  /** Grows by every change: the routing epoch. */
  revision: z.int().min(1),
  /** RFC 3339, never going back (delivery F7). */
  updated_at: z.string(),
  /** What the last change was. */
  action: routingActionSchema,
  /** Revision of the last change that took tools out on purpose: a shorter list without one is refused (delivery F5, F6). */
  shrinkRevision: z.int().min(0),
  /** In the order in which they were added. */
  canaryTools: toolListSchema,
  stableColour: colourSchema,
  canaryColour: colourSchema,
});

export type RoutingSnapshot = Readonly<z.infer<typeof routingSnapshotSchema>>;

/** Undefined where the text is no consistent snapshot: wrong shape, a tool twice, both roles on one colour. */
export function parseSnapshot(text: string): RoutingSnapshot | undefined {
  const snapshot = parseJson(routingSnapshotSchema, text);
  if (snapshot === undefined) return undefined;
  const consistent =
    snapshot.canaryColour === otherColour(snapshot.stableColour) &&
    new Set(snapshot.canaryTools).size === snapshot.canaryTools.length;
  return consistent ? snapshot : undefined;
}
