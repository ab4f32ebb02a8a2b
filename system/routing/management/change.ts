import { z } from 'zod';
import type { Colour } from '../../ports/colour.ts';
import { otherColour } from '../../ports/colour.ts';
import { colourSchema } from '../snapshot.ts';
import type { RoutingSnapshot } from '../snapshot.ts';
import type { Inventory } from './inventory.ts';
import { rememberedRequests, rfc3339, type ManagementState } from './state.ts';

const common = { requestId: z.string().min(1), expectedRevision: z.exactOptional(z.int()) };
const tools = z
  .array(z.string())
  .transform((names): readonly string[] => [...new Set(names.map((name) => name.trim()))]);

/**
 * Body of `POST /api/v1/routing/update` (delivery R38, R40), and of `/promote` as the action `promote`. `tools` is
 * trimmed and made unique (delivery F6). A `rollback` with an empty list takes out every tool (L1), otherwise those
 * named (L2). Its `stableColour` says where the fab shall be safe: where a promotion has just swapped the roles it is
 * swapped back in the same revision.
 */
export const changeSchema = z.discriminatedUnion('action', [
  z.object({ ...common, action: z.literal('expand_canary'), tools }),
  z.object({ ...common, action: z.literal('reduce_canary'), tools }),
  z.object({
    ...common,
    action: z.literal('rollback'),
    tools: tools.default([]),
    stableColour: z.exactOptional(colourSchema),
  }),
  z.object({ ...common, action: z.literal('reset') }),
  z.object({ ...common, action: z.literal('promote') }),
]);

export type Change = z.infer<typeof changeSchema>;

export const refusalReasonSchema = z.enum([
  'empty-list',
  'too-many-tools',
  'unknown-tools',
  'wrong-revision',
  'rolled-back',
  'not-complete',
]);

/** Why a change was not made; `status` is the HTTP status. */
export interface Refusal {
  readonly status: 400 | 409;
  readonly reason: z.infer<typeof refusalReasonSchema>;
  readonly detail: string;
}

/** The change with its tools as the inventory spells them, each once. */
export function withKnownNames(change: Change, inventory: Inventory): Change {
  return 'tools' in change
    ? { ...change, tools: [...new Set(change.tools.map((tool) => inventory.nameOf(tool)))] }
    : change;
}

/** Tools of a change that the inventory does not know; they are told to whoever named them (delivery F6). */
export function unknownToolsOf(change: Change, inventory: Inventory): readonly string[] {
  return 'tools' in change ? change.tools.filter((tool) => !inventory.knows(tool)) : [];
}

/**
 * The rules for a change, apart from its effect:
 * - no more tools are named than there are, and those that are added are named and known (delivery F6);
 * - with `expectedRevision` it is a compare-and-set (delivery F10), which a rollback never needs: it always wins;
 * - after a rollback an expansion must name the revision, the proof that its writer has seen the rollback;
 * - roles are swapped only when every tool is in the list.
 */
export function refusalOf(state: ManagementState, change: Change, inventory: Inventory): Refusal | undefined {
  const { snapshot } = state;
  const expected = change.expectedRevision;
  if (change.action !== 'rollback' && expected !== undefined && expected !== snapshot.revision) {
    return refusal(409, 'wrong-revision', `the list is at revision ${snapshot.revision}, not ${expected}`);
  }
  const named = 'tools' in change ? change.tools.length : 0;
  if (named > inventory.size) {
    return refusal(400, 'too-many-tools', `${named} tools are named, the inventory has ${inventory.size}`);
  }
  switch (change.action) {
    case 'expand_canary': {
      if (change.tools.length === 0) return refusal(400, 'empty-list', 'an expansion names its tools');
      const unknown = change.tools.filter((tool) => !inventory.knows(tool));
      if (unknown.length > 0) {
        return refusal(400, 'unknown-tools', `not in the inventory: ${unknown.slice(0, 10).join(', ')}`);
      }
      if (snapshot.action === 'rollback' && expected === undefined) {
        return refusal(409, 'rolled-back', 'after a rollback an expansion must name expectedRevision');
      }
      return undefined;
    }
    case 'reduce_canary':
      return change.tools.length === 0
        ? refusal(400, 'empty-list', 'a reduction names its tools')
        : undefined;
    case 'promote': {
      const missing = inventory.without(new Set(snapshot.canaryTools));
      return missing.length > 0
        ? refusal(409, 'not-complete', `${missing.length} tools are not in the canary list`)
        : undefined;
    }
    case 'rollback':
    case 'reset':
      return undefined;
  }
}

function refusal(status: Refusal['status'], reason: Refusal['reason'], detail: string): Refusal {
  return { status, reason, detail };
}

/**
 * The state after a change that was not refused. A rollback, a reset and a promotion always make a new revision, so
 * that gateways confirm them anew and older expansions lose their compare-and-set; an expansion or reduction that
 * changes nothing makes none. `revision` is burnt revisions included: the number to give, larger than all before.
 */
export function applyChange(
  state: ManagementState,
  change: Change,
  revision: number,
  nowMs: number,
): ManagementState {
  const { snapshot } = state;
  const next = listAfter(snapshot, change);
  const effective =
    change.action === 'expand_canary' || change.action === 'reduce_canary'
      ? next.canaryTools.length !== snapshot.canaryTools.length
      : true;
  const updatedMs = effective ? Math.max(nowMs, state.updatedMs + 1) : state.updatedMs;
  const changed: RoutingSnapshot = effective
    ? {
        revision,
        updated_at: rfc3339(updatedMs),
        action: change.action,
        shrinkRevision: change.action === 'expand_canary' ? snapshot.shrinkRevision : revision,
        canaryTools: [...next.canaryTools],
        stableColour: next.stableColour,
        canaryColour: otherColour(next.stableColour),
      }
    : snapshot;
  const answered = [...state.answered, { requestId: change.requestId, revision: changed.revision }];
  return {
    ...state,
    snapshot: changed,
    updatedMs,
    answered: answered.slice(-rememberedRequests),
    // An approval belongs to one release: the next one asks again.
    approvals: change.action === 'reset' || change.action === 'promote' ? {} : state.approvals,
  };
}

interface ListAfter {
  readonly canaryTools: readonly string[];
  readonly stableColour: Colour;
}

function listAfter(snapshot: RoutingSnapshot, change: Change): ListAfter {
  const { canaryTools, stableColour } = snapshot;
  switch (change.action) {
    case 'expand_canary': {
      const listed = new Set(canaryTools);
      return {
        canaryTools: [...canaryTools, ...change.tools.filter((tool) => !listed.has(tool))],
        stableColour,
      };
    }
    case 'reduce_canary':
      return { canaryTools: without(canaryTools, change.tools), stableColour };
    case 'rollback':
      return {
        canaryTools: change.tools.length === 0 ? [] : without(canaryTools, change.tools),
        stableColour: change.stableColour ?? stableColour,
      };
    case 'reset':
      return { canaryTools: [], stableColour };
    case 'promote':
      return { canaryTools: [], stableColour: snapshot.canaryColour };
  }
}

function without(tools: readonly string[], removed: readonly string[]): readonly string[] {
  const gone = new Set(removed);
  return tools.filter((tool) => !gone.has(tool));
}
