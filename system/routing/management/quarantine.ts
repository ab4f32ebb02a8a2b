import { z } from 'zod';
import type { RoutingSnapshot } from '../snapshot.ts';
import type { Change } from './change.ts';

/** When a reduction looks like a list that got lost on its way. */
export interface ShrinkGuard {
  /** The largest share of the list that one reduction may take out. */
  readonly share: number;
  /** Shorter lists may be reduced as anybody likes: one tool is a large share of them. */
  readonly fromTools: number;
}

/** A change that was held back. */
export const suspectSchema = z.object({
  requestId: z.string(),
  who: z.string(),
  /** RFC 3339. */
  at: z.string(),
  /** Only reductions are ever suspect: an expansion names what it adds, and a rollback is explicit. */
  action: z.literal('reduce_canary'),
  tools: z.array(z.string()),
  /** Of the list that it was meant for: once that changed, it can only be discarded. */
  revision: z.int(),
  suspicion: z.string(),
});

export type Suspect = Readonly<z.infer<typeof suspectSchema>>;

/** More are refused: somebody has to look first. */
export const mostSuspects = 20;

/**
 * Why a change waits for a person (delivery F5, F6); undefined: it is made. A rollback never waits: its effect is the
 * same, and it says that it is meant.
 */
export function suspicionOf(
  { canaryTools }: RoutingSnapshot,
  change: Change,
  guard: ShrinkGuard,
): string | undefined {
  if (change.action !== 'reduce_canary' || canaryTools.length < guard.fromTools) return undefined;
  const leaving = new Set(change.tools);
  const left = canaryTools.filter((tool) => leaving.has(tool)).length;
  return left > canaryTools.length * guard.share
    ? `it takes ${left} of ${canaryTools.length} tools out, more than a share of ${guard.share}`
    : undefined;
}
