import { z } from 'zod';
import type { Clock } from '../../ports/clock.ts';
import type { HttpHandler, HttpRequest, HttpResponse } from '../../ports/http.ts';
import { jsonResponse, parseJson, splitPath } from '../json.ts';
import { managementPaths } from '../paths.ts';
import { applyChange, changeSchema, type Change, type Refusal } from './change.ts';
import type { GatewayRegistry } from './gateway-registry.ts';
import type { Inventory } from './inventory.ts';
import type { ManagementSettings } from './settings.ts';
import { decisionSchema } from './state.ts';
import type { StateKeeper } from './state-keeper.ts';

const approvalSchema = z.object({ stage: z.string().min(1), decision: decisionSchema });
const promotionSchema = z.object({
  requestId: z.string().min(1),
  expectedRevision: z.exactOptional(z.int()),
});

export interface ManagementApi {
  readonly clock: Clock;
  readonly keeper: StateKeeper;
  readonly registry: GatewayRegistry;
  readonly inventory: Inventory;
  readonly settings: ManagementSettings;
}

/** The answer to a change: the revision that holds it, and whether this very request had been answered before. */
type ChangeAnswer =
  | { readonly kind: 'done'; readonly revision: number; readonly repeated: boolean }
  | { readonly kind: 'refused'; readonly refusal: Refusal; readonly revision: number };

/**
 * `/api/v1/routing/*` (delivery R33–R41, 59; C44). Statuses: 200; 304 for a snapshot that the asker has; 400 for a
 * request that can never succeed; 404, 405; 409 for a compare-and-set lost or a list that does not allow the change;
 * 503 where the change could not be made durable (it may be: ask again with the same `requestId`).
 */
export function managementHandler(api: ManagementApi): HttpHandler {
  return async (request) => {
    const { route, query } = splitPath(request.path);
    switch (route) {
      case managementPaths.canary:
        return request.method === 'GET' ? canaryList(api) : methodNotAllowed;
      case managementPaths.stable:
        return request.method === 'GET' ? stableList(api) : methodNotAllowed;
      case managementPaths.snapshot:
        return request.method === 'GET' ? await snapshot(api, query) : methodNotAllowed;
      case managementPaths.gateways:
        return await gateways(api, request, query);
      case managementPaths.proposal:
        return request.method === 'GET' ? proposal(api, query) : methodNotAllowed;
      case managementPaths.approval:
        return await approval(api, request, query);
      case managementPaths.update:
        return request.method === 'POST' ? await update(api, request.body) : methodNotAllowed;
      case managementPaths.promote:
        return request.method === 'POST' ? await promote(api, request.body) : methodNotAllowed;
      default:
        return jsonResponse(404, { error: 'not-found' });
    }
  };
}

const methodNotAllowed = jsonResponse(405, { error: 'method-not-allowed' });
const notDurable = jsonResponse(503, { error: 'not-durable' });

function badRequest(detail: string): HttpResponse {
  return jsonResponse(400, { error: 'bad-request', detail });
}

function canaryList({ keeper }: ManagementApi): HttpResponse {
  const { canaryTools, updated_at, revision } = keeper.state.snapshot;
  return jsonResponse(200, { tools: canaryTools, updated_at, revision });
}

function stableList({ keeper, inventory }: ManagementApi): HttpResponse {
  const { canaryTools, updated_at, revision } = keeper.state.snapshot;
  return jsonResponse(200, { tools: inventory.without(new Set(canaryTools)), updated_at, revision });
}

async function snapshot(api: ManagementApi, query: URLSearchParams): Promise<HttpResponse> {
  const { keeper, registry } = api;
  const gateway = query.get('gateway');
  const authority = query.get('authority');
  const revision = Number(query.get('revision') ?? '0');
  if (!Number.isSafeInteger(revision) || revision < 0) return badRequest('revision is a whole number');
  if (gateway !== null && gateway !== '' && authority !== null && authority !== '') {
    const known = keeper.state.gateways.find((entry) => entry.gateway === gateway);
    if (known?.authority !== authority && !(await register(api, gateway, authority))) return notDurable;
    registry.report(gateway, revision);
  }
  if (revision === keeper.state.snapshot.revision) return { status: 304, body: '' };
  return { status: 200, body: registry.snapshotText };
}

/** Durable before the gateway gets its first list, so that no gateway routes that Management may forget. */
async function register(api: ManagementApi, gateway: string, authority: string): Promise<boolean> {
  const done = await api.keeper.submit(api.settings.policies.urgency('register'), (state) => ({
    next: {
      ...state,
      gateways: [...state.gateways.filter((entry) => entry.gateway !== gateway), { gateway, authority }],
    },
    answer: true,
  }));
  if (done === undefined) return false;
  api.registry.learn(gateway, authority);
  return true;
}

async function gateways(
  api: ManagementApi,
  request: HttpRequest,
  query: URLSearchParams,
): Promise<HttpResponse> {
  if (request.method === 'GET') {
    return jsonResponse(200, {
      revision: api.keeper.state.snapshot.revision,
      gateways: api.registry.reports(),
    });
  }
  if (request.method !== 'DELETE') return methodNotAllowed;
  const gateway = query.get('gateway');
  if (gateway === null) return badRequest('which gateway?');
  const done = await api.keeper.submit(api.settings.policies.urgency('forget'), (state) => ({
    next: { ...state, gateways: state.gateways.filter((entry) => entry.gateway !== gateway) },
    answer: true,
  }));
  if (done === undefined) return notDurable;
  api.registry.forget(gateway);
  return jsonResponse(200, { gateway });
}

function proposal({ inventory }: ManagementApi, query: URLSearchParams): HttpResponse {
  const count = Number(query.get('count') ?? 'none');
  if (!Number.isSafeInteger(count) || count < 0 || count > inventory.size) {
    return badRequest(`count is a whole number from 0 to ${inventory.size}`);
  }
  return jsonResponse(200, { tools: inventory.selectTools(count), total: inventory.size });
}

async function approval(
  api: ManagementApi,
  request: HttpRequest,
  query: URLSearchParams,
): Promise<HttpResponse> {
  if (request.method === 'GET') {
    const stage = query.get('stage');
    if (stage === null || stage === '') return badRequest('which stage?');
    const decision = api.keeper.state.approvals[stage] ?? api.settings.defaultApproval;
    return jsonResponse(200, { stage, decision });
  }
  if (request.method !== 'POST') return methodNotAllowed;
  const body = parseJson(approvalSchema, request.body);
  if (body === undefined) return badRequest('expected {stage, decision: approved | rejected | pending}');
  const done = await api.keeper.submit(api.settings.policies.urgency('approval'), (state) => ({
    next: { ...state, approvals: { ...state.approvals, [body.stage]: body.decision } },
    answer: true,
  }));
  return done === undefined ? notDurable : jsonResponse(200, body);
}

async function update(api: ManagementApi, body: string): Promise<HttpResponse> {
  const change = parseJson(changeSchema, body);
  if (change === undefined || change.action === 'promote') {
    return badRequest(
      'expected {action: expand_canary | reduce_canary | rollback | reset, tools, requestId, expectedRevision?}',
    );
  }
  return await make(api, change);
}

async function promote(api: ManagementApi, body: string): Promise<HttpResponse> {
  const promotion = parseJson(promotionSchema, body);
  if (promotion === undefined) return badRequest('expected {requestId, expectedRevision?}');
  return await make(api, { action: 'promote', ...promotion });
}

async function make(api: ManagementApi, change: Change): Promise<HttpResponse> {
  const { keeper, inventory, settings } = api;
  const answer = await keeper.submit<ChangeAnswer>(
    settings.policies.urgency(change.action),
    (state, nextRevision) => {
      const before = state.answered.find((entry) => entry.requestId === change.requestId);
      if (before !== undefined) {
        return { next: state, answer: { kind: 'done', revision: before.revision, repeated: true } };
      }
      const refusal = settings.policies.refusalOf(state, change, inventory);
      if (refusal !== undefined) {
        return { next: state, answer: { kind: 'refused', refusal, revision: state.snapshot.revision } };
      }
      const next = applyChange(state, change, nextRevision, api.clock.wallMs());
      return { next, answer: { kind: 'done', revision: next.snapshot.revision, repeated: false } };
    },
  );
  if (answer === undefined) return notDurable;
  switch (answer.kind) {
    case 'done':
      return jsonResponse(200, { revision: answer.revision, repeated: answer.repeated });
    case 'refused': {
      const { status, reason, detail } = answer.refusal;
      return jsonResponse(status, { error: reason, detail, revision: answer.revision });
    }
  }
}
