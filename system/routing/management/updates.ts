import { z } from 'zod';
import type { HttpRequest, HttpResponse } from '../../ports/http.ts';
import { jsonResponse, readJson } from '../json.ts';
import type { Permission } from './access.ts';
import type { Asked, ManagementApi } from './api.ts';
import type { Audited } from './audit.ts';
import {
  applyChange,
  changeSchema,
  unknownToolsOf,
  withKnownNames,
  type Change,
  type Refusal,
} from './change.ts';
import { badRequest, notDurable } from './error-response.ts';
import { mostSuspects } from './quarantine.ts';
import { rfc3339, type ManagementState } from './state.ts';
import type { Outcome } from './state-keeper.ts';
import { auditedBy } from './write-down.ts';

/** Body of `POST /api/v1/routing/update`: a change that is no promotion. */
export const updateRequestSchema = changeSchema.refine(({ action }) => action !== 'promote', {
  path: ['action'],
  message: 'a promotion is asked for at /api/v1/routing/promote',
});

export const promotionRequestSchema = z.object({
  requestId: z.string().min(1),
  expectedRevision: z.exactOptional(z.int()),
});

/** The answer to a change: the revision that holds it, and whether this very request had been answered before. */
type ChangeAnswer =
  | { readonly kind: 'done'; readonly revision: number; readonly repeated: boolean }
  | {
      readonly kind: 'refused';
      readonly status: Refusal['status'];
      readonly error: Refusal['reason'] | 'quarantined' | 'quarantine-full';
      readonly detail: string;
      readonly revision: number;
    };

const actionSchema = z.object({ action: z.string() });

/** A rollback needs less than another change; a body that is neither is refused later, with its place. */
export function updatePermission({ body }: HttpRequest): Permission {
  const read = readJson(actionSchema, body);
  return read.ok && read.value.action === 'rollback' ? 'rollback' : 'change';
}

export async function update(api: ManagementApi, asked: Asked): Promise<HttpResponse> {
  const read = readJson(updateRequestSchema, asked.request.body);
  return read.ok ? await make(api, asked, read.value, 'guarded') : badRequest(read.problem);
}

export async function promote(api: ManagementApi, asked: Asked): Promise<HttpResponse> {
  const read = readJson(promotionRequestSchema, asked.request.body);
  if (!read.ok) return badRequest(read.problem);
  return await make(api, asked, { action: 'promote', ...read.value }, 'guarded');
}

/**
 * Makes a change, all of it or nothing (delivery F9, F10, I10): asked for twice it is made once; a rule that is against it
 * is told; what looks like a mistake is put aside, unless somebody has looked and let it go (`released`).
 */
export async function make(
  api: ManagementApi,
  asked: Asked,
  requested: Change,
  care: 'guarded' | 'released',
): Promise<HttpResponse> {
  const { keeper, inventory, settings, audit } = api;
  const change = withKnownNames(requested, inventory);
  const answer = await keeper.submit<ChangeAnswer>(
    settings.policies.urgency(change.action),
    (state, nextRevision) => decide(api, asked, change, care, state, nextRevision),
  );
  if (answer === undefined) {
    const outcome = { outcome: 'not-durable', detail: 'the store did not confirm it' } as const;
    audit.note(auditedBy(api, asked, keeper.state, { ...actOf(change), ...outcome }));
    return notDurable;
  }
  switch (answer.kind) {
    case 'done': {
      const { revision, repeated } = answer;
      const unknownTools = unknownToolsOf(change, inventory).slice(0, 10);
      return jsonResponse(200, {
        revision,
        repeated,
        ...(unknownTools.length === 0 ? {} : { unknownTools }),
      });
    }
    case 'refused': {
      const { status, error, detail, revision } = answer;
      return jsonResponse(status, { error, detail, revision });
    }
  }
}

function decide(
  api: ManagementApi,
  asked: Asked,
  change: Change,
  care: 'guarded' | 'released',
  state: ManagementState,
  nextRevision: number,
): Outcome<ChangeAnswer> {
  const { inventory, settings, audit, clock } = api;
  const { policies, shrinkGuard } = settings;
  const { revision } = state.snapshot;
  const told = (act: Pick<Audited, 'outcome' | 'detail'>): Audited =>
    auditedBy(api, asked, state, { ...actOf(change), ...act });
  const refused = (
    status: Refusal['status'],
    error: Extract<ChangeAnswer, { kind: 'refused' }>['error'],
    detail: string,
  ): ChangeAnswer => ({ kind: 'refused', status, error, detail, revision });

  const before = state.answered.find((entry) => entry.requestId === change.requestId);
  if (before !== undefined) {
    audit.note(told({ outcome: 'repeated', detail: `answered with revision ${before.revision}` }));
    return { next: state, answer: { kind: 'done', revision: before.revision, repeated: true } };
  }
  const refusal = policies.refusalOf(state, change, inventory);
  if (refusal !== undefined) {
    const { status, reason, detail } = refusal;
    audit.note(told({ outcome: 'refused', detail: `${reason}: ${detail}` }));
    return { next: state, answer: refused(status, reason, detail) };
  }
  const suspicion =
    care === 'released' ? undefined : policies.suspicionOf(state.snapshot, change, shrinkGuard);
  if (suspicion !== undefined && change.action === 'reduce_canary') {
    const { requestId, tools } = change;
    const others = state.quarantine.filter((suspect) => suspect.requestId !== requestId);
    if (others.length >= mostSuspects) {
      const detail = `${others.length} changes wait there already; this one was not kept`;
      audit.note(told({ outcome: 'refused', detail }));
      return { next: state, answer: refused(409, 'quarantine-full', detail) };
    }
    const at = rfc3339(clock.wallMs());
    const suspect = {
      requestId,
      who: asked.who,
      at,
      action: change.action,
      tools: [...tools],
      revision,
      suspicion,
    };
    const entry = audit.draft(told({ outcome: 'quarantined', detail: suspicion }));
    const next = { ...state, quarantine: [...others, suspect], audit: audit.merged(state.audit, entry) };
    return { next, answer: refused(409, 'quarantined', suspicion) };
  }
  const changed = applyChange(state, change, nextRevision, clock.wallMs());
  const entry = audit.draft({
    ...told({ outcome: 'done', detail: care === 'released' ? 'released from quarantine' : '' }),
    revision: changed.snapshot.revision,
  });
  return {
    next: {
      ...changed,
      quarantine: state.quarantine.filter(({ requestId }) => requestId !== change.requestId),
      audit: audit.merged(state.audit, entry),
    },
    answer: { kind: 'done', revision: changed.snapshot.revision, repeated: false },
  };
}

function actOf(change: Change): Pick<Audited, 'action' | 'requestId' | 'tools'> {
  return {
    action: change.action,
    requestId: change.requestId,
    tools: 'tools' in change ? change.tools : [],
  };
}
