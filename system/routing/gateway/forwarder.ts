import type { Clock } from '../../ports/clock.ts';
import { ingestMethods } from '../../ports/ingest.ts';
import type { Rpc, RpcCall, RpcHandler, RpcOutcome, RpcStatus } from '../../ports/rpc.ts';
import type { Telemetry } from '../../ports/telemetry.ts';
import type { GatewayMeters } from './meters.ts';
import type { RouteKeeper } from './route-keeper.ts';
import type { GatewaySettings } from './settings.ts';

export interface ForwarderPorts {
  readonly clock: Clock;
  readonly rpc: Rpc;
  readonly telemetry: Telemetry;
}

/**
 * The path of every request: one look-up, one call. A request belongs to the colour that was decided when it was
 * routed, and to no other: there is no fail-over between colours (delivery F20), retries are the tool's.
 *
 * A tool may change colour between its data and its completion (delivery 64). Nothing is lost by it: the data were in
 * the shared Cassandra before they were acknowledged, and the collector that gets the completion reads them back at
 * quorum, whichever colour stored them; the context is processed by the colour of its completion.
 *
 * Not modelled: limits per tool (delivery F24), mirroring, streams that outlive a change of route (F23: ingest is unary).
 */
export function ingestHandlers(
  ports: ForwarderPorts,
  name: string,
  settings: GatewaySettings,
  routes: RouteKeeper,
  meters: GatewayMeters,
): Readonly<Record<string, RpcHandler>> {
  const { clock, rpc, telemetry } = ports;
  const { collectorTargets, deadlineMarginMs, policies } = settings;

  const forward = (call: RpcCall, reply: (outcome: RpcOutcome) => void): void => {
    const list = routes.list;
    if (list === undefined) {
      reply(refused('UNAVAILABLE', 'the gateway has no routing list yet'));
      return;
    }
    const tool = call.metadata['tool-id'];
    if (tool === undefined || tool === '' || toolOf(call.request) !== tool) {
      meters.rejected();
      reply(refused('INVALID_ARGUMENT', 'the header tool-id must be there and name the tool of the request'));
      return;
    }
    const deadlineMs = call.deadlineMs - deadlineMarginMs;
    if (deadlineMs <= 0) {
      meters.rejected();
      reply(refused('DEADLINE_EXCEEDED', 'no time left to forward the request'));
      return;
    }
    const colour = policies.colourOf(list, tool);
    const role = colour === list.snapshot.canaryColour ? 'canary' : 'stable';
    const startMs = clock.monotonicMs();
    telemetry.event({ kind: 'request.routed', gateway: name, tool, colour, epoch: list.snapshot.revision });
    const metadata = { ...call.metadata, colour, gateway: name, 'routing-epoch': list.epochText };
    rpc.call(collectorTargets[colour], call.method, call.request, { metadata, deadlineMs }, (outcome) => {
      meters.request(colour, role, outcome.status, clock.monotonicMs() - startMs);
      if (outcome.status === 'OK' && call.method === ingestMethods.complete) meters.completed(tool);
      reply({
        ...outcome,
        metadata: { ...outcome.metadata, colour, gateway: name, 'routing-epoch': list.epochText },
      });
    });
  };

  return { [ingestMethods.send]: forward, [ingestMethods.complete]: forward };
}

function refused(status: RpcStatus, message: string): RpcOutcome {
  return { status, message, metadata: { sent: 'no' } };
}

function toolOf(request: unknown): unknown {
  return typeof request === 'object' && request !== null && 'tool' in request ? request.tool : undefined;
}
