import type { Clock } from '../../ports/clock.ts';
import type { HttpHandler, HttpRequest, HttpResponse } from '../../ports/http.ts';
import { splitPath } from '../json.ts';
import { managementPaths } from '../paths.ts';
import type { AccessControl, Permission } from './access.ts';
import { approve, readApproval } from './approvals.ts';
import type { AuditLog } from './audit.ts';
import { errorResponse } from './error-response.ts';
import type { GatewayRegistry } from './gateway-registry.ts';
import { forgetGateway, listGateways, readSnapshot, snapshotPermission } from './gateways.ts';
import type { Inventory } from './inventory.ts';
import { readAudit, readCanary, readOpenApi, readProposal, readStable } from './lists.ts';
import { listSuspects, settleSuspect } from './suspects.ts';
import type { ManagementSettings } from './settings.ts';
import { rfc3339 } from './state.ts';
import type { StateKeeper } from './state-keeper.ts';
import { promote, update, updatePermission } from './updates.ts';

export interface ManagementApi {
  readonly clock: Clock;
  readonly keeper: StateKeeper;
  readonly registry: GatewayRegistry;
  readonly inventory: Inventory;
  readonly access: AccessControl;
  readonly audit: AuditLog;
  readonly settings: ManagementSettings;
}

/** A request that was let in. */
export interface Asked {
  readonly request: HttpRequest;
  readonly query: URLSearchParams;
  readonly who: string;
}

interface Endpoint {
  readonly permission: Permission | ((request: HttpRequest, query: URLSearchParams) => Permission);
  readonly answer: (api: ManagementApi, asked: Asked) => HttpResponse | Promise<HttpResponse>;
}

type Endpoints = Readonly<Partial<Record<HttpRequest['method'], Endpoint>>>;

const endpoints: Readonly<Record<(typeof managementPaths)[keyof typeof managementPaths], Endpoints>> = {
  [managementPaths.canary]: { GET: { permission: 'read', answer: readCanary } },
  [managementPaths.stable]: { GET: { permission: 'read', answer: readStable } },
  [managementPaths.snapshot]: { GET: { permission: snapshotPermission, answer: readSnapshot } },
  [managementPaths.proposal]: { GET: { permission: 'read', answer: readProposal } },
  [managementPaths.audit]: { GET: { permission: 'read', answer: readAudit } },
  [managementPaths.openApi]: { GET: { permission: 'read', answer: readOpenApi } },
  [managementPaths.gateways]: {
    GET: { permission: 'read', answer: listGateways },
    DELETE: { permission: 'administer', answer: forgetGateway },
  },
  [managementPaths.approval]: {
    GET: { permission: 'read', answer: readApproval },
    POST: { permission: 'approve', answer: approve },
  },
  [managementPaths.quarantine]: {
    GET: { permission: 'read', answer: listSuspects },
    POST: { permission: 'administer', answer: settleSuspect },
  },
  [managementPaths.update]: { POST: { permission: updatePermission, answer: update } },
  [managementPaths.promote]: { POST: { permission: 'change', answer: promote } },
};
const byRoute: ReadonlyMap<string, Endpoints> = new Map(Object.entries(endpoints));

/**
 * `/api/v1/routing/*` (delivery R33–R41, 59; C44); `openapi.ts` describes each answer. Statuses: 200; 304 for a snapshot
 * that the asker has; 400 for a request that can never succeed; 401, 403; 404, 405; 409 for a compare-and-set lost, a
 * list that does not allow the change, or one that looks like a mistake; 413; 503 where the change could not be made
 * durable (it may be: ask again with the same `requestId`).
 */
export function managementHandler(api: ManagementApi): HttpHandler {
  return async (request) => {
    const { route, query } = splitPath(request.path);
    const methods = byRoute.get(route);
    if (methods === undefined) return errorResponse(404, 'not-found', `nothing is at ${route.slice(0, 100)}`);
    const endpoint = methods[request.method];
    if (endpoint === undefined) {
      return errorResponse(405, 'method-not-allowed', `expected ${Object.keys(methods).join(' or ')}`);
    }
    const { maxBodyLength } = api.settings;
    if (request.body.length > maxBodyLength) {
      return errorResponse(
        413,
        'too-large',
        `the body has ${request.body.length} characters of ${maxBodyLength}`,
      );
    }
    const permission =
      typeof endpoint.permission === 'string' ? endpoint.permission : endpoint.permission(request, query);
    const access = api.access.decide(request, permission);
    switch (access.kind) {
      case 'allowed':
        return await endpoint.answer(api, { request, query, who: access.who });
      case 'unknown':
        return errorResponse(401, 'unauthenticated', 'expected authorization: Bearer with a known token');
      case 'forbidden':
        noteDenial(api, request, route, access.who, permission);
        return errorResponse(403, 'forbidden', `${access.who} may not ${permission}`);
    }
  };
}

function noteDenial(
  { audit, clock, keeper }: ManagementApi,
  { method }: HttpRequest,
  route: string,
  who: string,
  permission: Permission,
): void {
  audit.note({
    at: rfc3339(clock.wallMs()),
    who,
    action: `${method} ${route}`,
    requestId: '',
    tools: [],
    outcome: 'denied',
    detail: `may not ${permission}`,
    revision: keeper.state.snapshot.revision,
  });
}
