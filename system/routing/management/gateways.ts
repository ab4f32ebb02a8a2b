import type { HttpRequest, HttpResponse } from '../../ports/http.ts';
import { jsonResponse } from '../json.ts';
import type { Permission } from './access.ts';
import type { Asked, ManagementApi } from './api.ts';
import { badRequest, notDurable } from './error-response.ts';
import { writeDown } from './write-down.ts';

interface Introduction {
  readonly gateway: string;
  readonly authority: string;
}

/** A gateway says who it is and where it can be reached; others only read. */
function introductionOf(query: URLSearchParams): Introduction | undefined {
  const gateway = query.get('gateway') ?? '';
  const authority = query.get('authority') ?? '';
  return gateway === '' || authority === '' ? undefined : { gateway, authority };
}

export function snapshotPermission(_: HttpRequest, query: URLSearchParams): Permission {
  return introductionOf(query) === undefined ? 'read' : 'register';
}

export async function readSnapshot(api: ManagementApi, { query }: Asked): Promise<HttpResponse> {
  const { keeper, registry } = api;
  const introduction = introductionOf(query);
  const revision = Number(query.get('revision') ?? '0');
  if (!Number.isSafeInteger(revision) || revision < 0) return badRequest('revision: expected a whole number');
  if (introduction !== undefined) {
    const { gateway, authority } = introduction;
    const known = keeper.state.gateways.find((entry) => entry.gateway === gateway);
    if (known?.authority !== authority && !(await register(api, introduction))) return notDurable;
    registry.report(gateway, revision);
  }
  if (revision === keeper.state.snapshot.revision) return { status: 304, body: '' };
  return { status: 200, body: registry.snapshotText };
}

/** Durable before the gateway gets its first list, so that no gateway routes that Management may forget. */
async function register(api: ManagementApi, { gateway, authority }: Introduction): Promise<boolean> {
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

export function listGateways({ keeper, registry }: ManagementApi): HttpResponse {
  return jsonResponse(200, { revision: keeper.state.snapshot.revision, gateways: registry.reports() });
}

export async function forgetGateway(api: ManagementApi, asked: Asked): Promise<HttpResponse> {
  const gateway = asked.query.get('gateway') ?? '';
  if (gateway === '') return badRequest('gateway: which one?');
  const done = await writeDown(api, asked, { action: 'forget', detail: gateway }, (state) => ({
    ...state,
    gateways: state.gateways.filter((entry) => entry.gateway !== gateway),
  }));
  if (!done) return notDurable;
  api.registry.forget(gateway);
  return jsonResponse(200, { gateway });
}
