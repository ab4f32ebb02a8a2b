import type { RandomStream } from '../sim/kernel/index.ts';
import type { HttpDeparture, HttpInterference } from '../sim/network/index.ts';
import type { HttpRequest, HttpResponse } from '../system/ports/http.ts';
import type { ActiveFault, Impact } from './fault.ts';
import type { NumberParameter } from './parameter.ts';
import { podsOf } from './target-group.ts';
import type { FaultWorld } from './world-access.ts';

/** Where gateways, and who else asks for the whole list, get it. */
export const snapshotPath = '/api/v1/routing/snapshot';
/** Where a gateway takes a pushed list. */
export const pushPath = '/internal/routing';

export const requestShareParameter: NumberParameter = {
  name: 'share',
  type: 'number',
  unit: 'share of the requests',
  minimum: 0,
  maximum: 1,
  typical: [0.3, 1],
  default: 1,
  doc: 'how many requests are hit, each drawn for itself',
};

/** What becomes of the requests that are hit; undefined: nothing comes through. */
export interface HttpBreak {
  /** Which pods they are sent to, by the start of their names. */
  readonly servers: 'management-' | 'gateway-';
  readonly share: number;
  /** Which of their requests; all unless given. */
  readonly concerns?: (request: HttpRequest) => boolean;
  /** The answer in place of carrying it out. */
  readonly refuse?: () => HttpResponse | undefined;
  /** What an answer becomes. */
  readonly leave?: (request: HttpRequest, response: HttpResponse) => HttpDeparture | undefined;
}

/** Takes HTTP in hand at every pod of a kind, also at those that start meanwhile. */
export function breakHttp(world: FaultWorld, random: RandomStream, broken: HttpBreak): ActiveFault {
  const { servers, share, concerns, refuse, leave } = broken;
  let hits = 0;
  const isHit = (server: string, request: HttpRequest): boolean => {
    const isMeant = server.startsWith(servers) && (concerns === undefined || concerns(request));
    return isMeant && random.float() < share;
  };
  const interference: HttpInterference = {
    ...(refuse === undefined
      ? {}
      : {
          arrive: (server, request) => {
            if (!isHit(server, request)) return { request };
            hits++;
            const response = refuse();
            return response === undefined ? undefined : { response };
          },
        }),
    ...(leave === undefined
      ? {}
      : {
          leave: (server, request, response) => {
            if (!isHit(server, request)) return { response, delayMs: 0 };
            const left = leave(request, response);
            if (left?.response !== response || left.delayMs > 0) hits++;
            return left;
          },
        }),
  };
  const end = world.http.impose(interference);
  const component = servers === 'management-' ? 'management' : 'gateway';
  return { targets: podsOf(world, component, 'any').map(({ name }) => name), hits: () => hits, end };
}

/** Two such faults at once would be two outages of Management. */
export function managementImpact(): Impact {
  return { dependency: 'management', big: true, storageLost: 0, groupSize: 1, settleMs: 30_000 };
}
