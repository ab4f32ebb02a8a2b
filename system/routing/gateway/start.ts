import type { Ports } from '../../ports/index.ts';
import type { HttpHandler } from '../../ports/http.ts';
import { jsonResponse, splitPath } from '../json.ts';
import { gatewayPaths } from '../paths.ts';
import { readSnapshot } from '../snapshot.ts';
import { Forwarder } from './forwarder.ts';
import { GatewayMeters } from './meters.ts';
import { RouteKeeper } from './route-keeper.ts';
import type { GatewaySettings } from './settings.ts';

export type GatewayPorts = Pick<
  Ports,
  'clock' | 'random' | 'rpc' | 'http' | 'store' | 'process' | 'telemetry'
>;

/**
 * A gateway: it serves ingest and sends each tool's requests to the colour that its list says. Resolves when it has a
 * list and is ready; afterwards it never turns unready because of Management (PRODUCT, routing), only on SIGTERM.
 */
export async function startGateway(ports: GatewayPorts, settings: GatewaySettings): Promise<void> {
  const { http, rpc, process, telemetry } = ports;
  const name = settings.name === '' ? process.name : settings.name;
  const authority =
    settings.controlAuthority === '' ? `${name}:${settings.controlPort}` : settings.controlAuthority;

  const meters = new GatewayMeters(telemetry);
  const routes = new RouteKeeper(ports, name, authority, settings, (list) => {
    meters.watch(list.snapshot, settings.countedCanaryTools);
    forwarder.listChanged(list);
  });
  const forwarder = new Forwarder(ports, name, settings, routes, meters);
  const control = http.serve(settings.controlPort, controlHandler(routes, settings.maxPushLength));
  const ingest = rpc.serve(settings.rpcPort, forwarder.handlers());
  process.onTerminate(() => {
    process.setReady(false);
    void Promise.all([ingest.close(), control.close()]).then(() => process.exit(0));
  });
  await routes.start();
  process.setReady(true);
}

/**
 * `POST /internal/routing` takes a snapshot and answers with the revision it stands for; `GET` shows the present one;
 * `GET /internal/routing/refused` shows the last one that was not taken over, and why.
 */
function controlHandler(routes: RouteKeeper, maxPushLength: number): HttpHandler {
  return async (request) => {
    const { route } = splitPath(request.path);
    if (route === gatewayPaths.refused) {
      return request.method === 'GET'
        ? jsonResponse(200, { refused: routes.lastRefused ?? null })
        : jsonResponse(405, { error: 'method-not-allowed' });
    }
    if (route !== gatewayPaths.routing) return jsonResponse(404, { error: 'not-found' });
    switch (request.method) {
      case 'GET': {
        const list = routes.list;
        return list === undefined
          ? jsonResponse(503, { error: 'no-list' })
          : jsonResponse(200, list.snapshot);
      }
      case 'POST': {
        if (request.body.length > maxPushLength) return jsonResponse(413, { error: 'too-large' });
        const read = readSnapshot(request.body);
        return read.ok
          ? jsonResponse(200, { revision: await routes.offer(read.value) })
          : jsonResponse(400, { error: 'no-snapshot', detail: read.problem });
      }
      case 'PUT':
      case 'DELETE':
        return jsonResponse(405, { error: 'method-not-allowed' });
    }
  };
}
