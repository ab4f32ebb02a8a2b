import type { CqlSession } from '../ports/cql.ts';
import { ingestMethods } from '../ports/ingest.ts';
import type { Http } from '../ports/http.ts';
import type { JetStream } from '../ports/jetstream.ts';
import type { RpcHandler } from '../ports/rpc.ts';
import { Admission } from './admission.ts';
import { EpochGuard } from './epoch-guard.ts';
import { CompleteHandler, type CompletePorts } from './complete.ts';
import type { CollectorMeters } from './meters.ts';
import { Outcomes } from './outcomes.ts';
import { SendHandler } from './send.ts';
import type { CollectorSettings } from './settings.ts';

/** What a collector serves. `publisher` takes the completions: JetStream, or Kafka in V1. */
export function collectorHandlers(
  ports: CompletePorts,
  settings: CollectorSettings,
  session: CqlSession,
  publisher: Pick<JetStream, 'publish'>,
  meters: CollectorMeters,
): Readonly<Record<string, RpcHandler>> {
  const outcomes = new Outcomes(ports.process.name, settings.retryPushbackMs);
  const admission = new Admission(settings.maxInFlight, settings.maxInFlightBytes);
  const send = new SendHandler(ports, session, settings, admission, outcomes, meters);
  const complete = new CompleteHandler(ports, session, publisher, settings, admission, outcomes, meters);
  return {
    [ingestMethods.send]: (call, reply) => send.handle(call, reply),
    [ingestMethods.complete]: (call, reply) => complete.handle(call, reply),
  };
}

type Methods = Readonly<Record<string, RpcHandler>>;

/** The methods behind the guard of routing epochs, where there is to be one. */
export function guarded(
  ports: CompletePorts & { readonly http: Http },
  settings: CollectorSettings,
  methods: Methods,
): Methods {
  const { epochGuard, colour } = settings;
  if (epochGuard === undefined) return methods;
  const guard = new EpochGuard(ports, epochGuard, { colour, name: ports.process.name });
  guard.start();
  return Object.fromEntries(Object.entries(methods).map(([name, handler]) => [name, guard.guarded(handler)]));
}
