import { z } from 'zod';
import { otherColour } from '../ports/colour.ts';
import { readJson, type Read } from './json.ts';

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

/** Why a text is no consistent snapshot, with the place: wrong shape, a tool twice, both roles on one colour. */
export function readSnapshot(text: string): Read<RoutingSnapshot> {
  const read = readJson(routingSnapshotSchema, text);
  if (!read.ok) return read;
  const { canaryTools, canaryColour, stableColour } = read.value;
  if (canaryColour !== otherColour(stableColour)) {
    return { ok: false, problem: `canaryColour: both roles are on ${stableColour}` };
  }
  if (new Set(canaryTools).size !== canaryTools.length) {
    const place = canaryTools.findIndex((tool, index) => canaryTools.indexOf(tool) < index);
    return { ok: false, problem: `canaryTools[${place}]: ${canaryTools[place] ?? ''} is listed twice` };
  }
  return read;
}

/** Undefined where the text is no consistent snapshot. */
export function parseSnapshot(text: string): RoutingSnapshot | undefined {
  const read = readSnapshot(text);
  return read.ok ? read.value : undefined;
}
