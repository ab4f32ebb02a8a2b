import type { Clock } from '../../ports/clock.ts';
import type { Colour } from '../../ports/colour.ts';
import { ingestMethods } from '../../ports/ingest.ts';
import { ingestTrailers, routingEpochHeader } from '../../ports/ingest-trailers.ts';
import type { Http } from '../../ports/http.ts';
import type { Rpc, RpcCall, RpcHandler, RpcOutcome, RpcStatus } from '../../ports/rpc.ts';
import type { Telemetry } from '../../ports/telemetry.ts';
import { ExperimentCopies } from './experiment-copies.ts';
import { Flights, type Flight } from './flights.ts';
import type { GatewayMeters, Rejection } from './meters.ts';
import { ObservedPlugin } from './observed-plugin.ts';
import type { RouteList } from './route-list.ts';
import type { RouteKeeper } from './route-keeper.ts';
import type { GatewaySettings } from './settings.ts';
import { ToolLimiter } from './tool-limiter.ts';

export interface ForwarderPorts {
  readonly clock: Clock;
  readonly rpc: Rpc;
  readonly http: Http;
  readonly telemetry: Telemetry;
}

/** A call on its way; its `deadlineMs` is by the monotonic clock. */
interface Pending {
  readonly call: RpcCall;
  readonly tool: string;
  readonly deadlineMs: number;
  readonly reply: (outcome: RpcOutcome) => void;
  attempt: number;
}

/** What may be a segment of a subject and a header: no dots, blanks, commas, wildcards (delivery F13). */
const toolId = /^[\w:-]{1,128}$/;

/**
 * The path of every request: one look-up, one call. A request belongs to the colour that was decided when it was
 * routed, and to no other: there is no fail-over between colours (delivery F20). Each request is routed on its own,
 * whatever connection it came by (delivery F23).
 *
 * A tool may change colour between its data and its completion (delivery 64). Nothing is lost by it: the data were in
 * the shared Cassandra before they were acknowledged, and the collector that gets the completion reads them back at
 * quorum, whichever colour stored them; the context is processed by the colour of its completion.
 *
 * A collector may refuse a request because it was routed by a list older than a rollback that the collector knows of;
 * then it goes at once to where the collector says that the tool belongs, as do all later ones.
 *
 * Not modelled: mirroring but for experiments; who a tool is beyond its name (a tool that names itself as another one is believed).
 */
export class Forwarder {
  readonly #ports: ForwarderPorts;
  readonly #name: string;
  readonly #settings: GatewaySettings;
  readonly #routes: RouteKeeper;
  readonly #meters: GatewayMeters;
  readonly #plugin: ObservedPlugin | undefined;
  readonly #limiter: ToolLimiter | undefined;
  readonly #flights: Flights | undefined;
  readonly #copies: ExperimentCopies | undefined;

  constructor(
    ports: ForwarderPorts,
    name: string,
    settings: GatewaySettings,
    routes: RouteKeeper,
    meters: GatewayMeters,
  ) {
    this.#ports = ports;
    this.#name = name;
    this.#settings = settings;
    this.#routes = routes;
    this.#meters = meters;
    const { router, plugin, toolLimit, drainMs, managementAuthority, experimentCopies } = settings;
    this.#plugin =
      router === 'observed-plugin' ? new ObservedPlugin(ports, managementAuthority, plugin) : undefined;
    this.#limiter = toolLimit === undefined ? undefined : new ToolLimiter(toolLimit);
    this.#flights = drainMs === undefined ? undefined : new Flights(ports.clock, drainMs);
    this.#copies =
      experimentCopies === undefined ? undefined : new ExperimentCopies(ports, name, experimentCopies);
  }

  handlers(): Readonly<Record<string, RpcHandler>> {
    const forward: RpcHandler = (call, reply) => this.#forward(call, reply);
    return { [ingestMethods.send]: forward, [ingestMethods.complete]: forward };
  }

  /** A new list is in force. */
  listChanged(list: RouteList): void {
    this.#flights?.drain((tool) => this.#settings.policies.colourOf(list, tool));
  }

  #forward(call: RpcCall, reply: (outcome: RpcOutcome) => void): void {
    const { clock } = this.#ports;
    const refuse = (reason: Rejection, status: RpcStatus, message: string): void => {
      this.#meters.rejected(reason);
      reply(refused(status, message));
    };
    if (this.#routes.list === undefined) {
      refuse('no-list', 'UNAVAILABLE', 'the gateway has no routing list yet');
      return;
    }
    const tool = call.metadata['tool-id'];
    if (tool === undefined || !toolId.test(tool) || toolOf(call.request) !== tool) {
      refuse(
        'tool-id',
        'INVALID_ARGUMENT',
        'the header tool-id must be there once, be a name of letters, digits, _, : and -, and name the tool of the request',
      );
      return;
    }
    const leftMs = call.deadlineMs - this.#settings.deadlineMarginMs;
    if (leftMs <= 0) {
      refuse('deadline', 'DEADLINE_EXCEEDED', 'no time left to forward the request');
      return;
    }
    const startMs = clock.monotonicMs();
    if (this.#limiter?.admit(tool, startMs) === false) {
      refuse('limit', 'RESOURCE_EXHAUSTED', `${tool} sends more than it may`);
      return;
    }
    this.#route({ call, tool, deadlineMs: startMs + leftMs, reply, attempt: 1 });
    this.#copies?.copy(call, tool);
  }

  #route(pending: Pending): void {
    const list = this.#routes.list;
    if (list === undefined) return;
    const { tool } = pending;
    if (this.#plugin !== undefined) {
      this.#plugin.decide(tool, (colour) => this.#send(pending, list, colour, list.snapshot.revision));
      return;
    }
    const floor = this.#routes.floorOf(tool);
    if (floor === undefined) {
      this.#send(pending, list, this.#settings.policies.colourOf(list, tool), list.snapshot.revision);
    } else this.#send(pending, list, floor.colour, floor.revision);
  }

  #send(pending: Pending, list: RouteList, colour: Colour, epoch: number): void {
    const { clock, rpc, telemetry } = this.#ports;
    const { call, tool, reply } = pending;
    const role = colour === list.snapshot.canaryColour ? 'canary' : 'stable';
    const startMs = clock.monotonicMs();
    const leftMs = pending.deadlineMs - startMs;
    if (leftMs <= 0) {
      this.#meters.rejected('deadline');
      reply(refused('DEADLINE_EXCEEDED', 'no time left to forward the request'));
      return;
    }
    const epochText = epoch === list.snapshot.revision ? list.epochText : String(epoch);
    const trailers = { colour, gateway: this.#name, [routingEpochHeader]: epochText };
    telemetry.event({ kind: 'request.routed', gateway: this.#name, tool, colour, epoch });

    let isAnswered = false;
    let flight: Flight | undefined;
    const answer = (outcome: RpcOutcome): void => {
      if (isAnswered) return;
      isAnswered = true;
      if (flight !== undefined) this.#flights?.remove(flight);
      this.#meters.request(colour, role, outcome.status, clock.monotonicMs() - startMs);
      if (this.#goesOn(pending, epoch, outcome)) return;
      if (outcome.status === 'OK' && call.method === ingestMethods.complete) this.#meters.completed(tool);
      reply({ ...outcome, metadata: { ...outcome.metadata, ...trailers } });
    };
    if (this.#flights !== undefined) {
      flight = {
        tool,
        colour,
        cut: () => {
          this.#meters.drained();
          answer({ status: 'UNAVAILABLE', message: `${tool} has moved to another colour`, metadata: {} });
        },
      };
      this.#flights.add(flight);
    }
    const deadlineMs = Math.min(leftMs, this.#settings.retry.attemptTimeoutMs);
    const metadata = { ...call.metadata, ...trailers };
    rpc.call(
      this.#settings.collectorTargets[colour],
      call.method,
      call.request,
      { metadata, deadlineMs },
      answer,
    );
  }

  /** Whether the call goes on after this outcome: to where a collector said, or once more. */
  #goesOn(pending: Pending, epoch: number, outcome: RpcOutcome): boolean {
    const { attempts, pauseMs } = this.#settings.retry;
    if (outcome.status === 'ABORTED' && ingestTrailers.routingFloor in outcome.metadata) {
      this.#routes.learnFloor(pending.tool, outcome.metadata);
      // Another request may have learnt it meanwhile; each round is by a later list, so there is an end.
      if ((this.#routes.floorOf(pending.tool)?.revision ?? 0) <= epoch) return false;
      this.#route(pending);
      return true;
    }
    const neverLeft = outcome.status === 'UNAVAILABLE' && outcome.metadata['sent'] === 'no';
    if (!neverLeft || pending.attempt >= attempts) return false;
    const { clock } = this.#ports;
    if (clock.monotonicMs() + pauseMs >= pending.deadlineMs) return false;
    pending.attempt += 1;
    this.#meters.retried();
    clock.after(pauseMs, () => this.#route(pending));
    return true;
  }
}

function refused(status: RpcStatus, message: string): RpcOutcome {
  return { status, message, metadata: { sent: 'no' } };
}

function toolOf(request: unknown): unknown {
  return typeof request === 'object' && request !== null && 'tool' in request ? request.tool : undefined;
}
