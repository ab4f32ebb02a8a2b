import type { HttpResponse } from '../../ports/http.ts';
import { jsonResponse } from '../json.ts';
import type { Asked, ManagementApi } from './api.ts';
import { badRequest } from './error-response.ts';
import { openApiText } from './openapi.ts';

export function readCanary({ keeper }: ManagementApi): HttpResponse {
  const { canaryTools, updated_at, revision } = keeper.state.snapshot;
  return jsonResponse(200, { tools: canaryTools, updated_at, revision });
}

/** Both lists come from one snapshot: a tool is in exactly one (delivery F8). */
export function readStable({ keeper, inventory }: ManagementApi): HttpResponse {
  const { canaryTools, updated_at, revision } = keeper.state.snapshot;
  return jsonResponse(200, { tools: inventory.without(new Set(canaryTools)), updated_at, revision });
}

export function readProposal({ inventory }: ManagementApi, { query }: Asked): HttpResponse {
  const count = Number(query.get('count') ?? 'none');
  if (!Number.isSafeInteger(count) || count < 0 || count > inventory.size) {
    return badRequest(`count: expected a whole number from 0 to ${inventory.size}`);
  }
  return jsonResponse(200, { tools: inventory.selectTools(count), total: inventory.size });
}

export function readAudit({ audit, keeper }: ManagementApi, { query }: Asked): HttpResponse {
  const after = Number(query.get('after') ?? '0');
  if (!Number.isSafeInteger(after) || after < 0)
    return badRequest('after: expected a whole number from 0 on');
  const entries = audit.merged(keeper.state.audit).filter(({ sequence }) => sequence > after);
  return jsonResponse(200, { entries });
}

export function readOpenApi(): HttpResponse {
  return { status: 200, body: openApiText() };
}
