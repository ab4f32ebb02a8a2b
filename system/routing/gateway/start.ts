import type { Ports } from '../../ports/index.ts';
import type { HttpHandler } from '../../ports/http.ts';
import { jsonResponse, splitPath } from '../json.ts';
import { gatewayPaths } from '../paths.ts';
import { parseSnapshot } from '../snapshot.ts';
import { ingestHandlers } from './forwarder.ts';
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
  const routes = new RouteKeeper(ports, name, authority, settings, (snapshot) =>
    meters.watch(snapshot, settings.countedCanaryTools),
  );
  const control = http.serve(settings.controlPort, controlHandler(routes));
  const ingest = rpc.serve(settings.rpcPort, ingestHandlers(ports, name, settings, routes, meters));
  process.onTerminate(() => {
    process.setReady(false);
    void Promise.all([ingest.close(), control.close()]).then(() => process.exit(0));
  });
  await routes.start();
  process.setReady(true);
}

/** `POST /internal/routing` takes a snapshot and answers with the revision it stands for; `GET` shows the present one. */
function controlHandler(routes: RouteKeeper): HttpHandler {
  return async (request) => {
    if (splitPath(request.path).route !== gatewayPaths.routing)
      return jsonResponse(404, { error: 'not-found' });
    switch (request.method) {
      case 'GET': {
        const list = routes.list;
        return list === undefined
          ? jsonResponse(503, { error: 'no-list' })
          : jsonResponse(200, list.snapshot);
      }
      case 'POST': {
        const snapshot = parseSnapshot(request.body);
        if (snapshot === undefined) return jsonResponse(400, { error: 'no-snapshot' });
        return jsonResponse(200, { revision: await routes.offer(snapshot) });
      }
      case 'PUT':
      case 'DELETE':
        return jsonResponse(405, { error: 'method-not-allowed' });
    }
  };
}
