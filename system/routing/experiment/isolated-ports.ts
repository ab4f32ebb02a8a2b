import type { ExperimentSide } from '../../ports/experiment-side.ts';
import type { CqlConnector, CqlSession } from '../../ports/cql.ts';
import type { Ports } from '../../ports/index.ts';
import type { Rpc, RpcHandler } from '../../ports/rpc.ts';
import type { Labels, Telemetry } from '../../ports/telemetry.ts';
import { misdirected } from '../variants/mirror/isolation.ts';
import { renamedConnector } from '../variants/versioned/renamed-connector.ts';
import type { ExperimentIsolation, ExperimentRun } from './isolation.ts';

/**
 * What a collector or a Defender of an experiment sees of the world: streams, subjects, durables, buckets and tables of
 * its own, metrics without a colour, and copies of requests only. Its own code does not know of it, so both sides run
 * what would be released.
 *
 * Not modelled: removal of what an experiment leaves in NATS and Cassandra, which expires as everything there does.
 */
export function isolatedPorts(ports: Ports, run: ExperimentRun, isolation: ExperimentIsolation): Ports {
  return {
    ...ports,
    nats: renamedConnector(ports.nats, isolation.namingOf(run)),
    cql: isolatedCql(ports.cql, run.side, isolation),
    telemetry: isolatedTelemetry(ports.telemetry, run.side),
    rpc: copiesOnly(ports.rpc),
  };
}

function isolatedCql(
  connector: CqlConnector,
  side: ExperimentSide,
  { tableOf }: ExperimentIsolation,
): CqlConnector {
  return {
    async connect(name) {
      const session = await connector.connect(name);
      const isolated: CqlSession = {
        execute: (statement, values, options) =>
          session.execute({ ...statement, table: tableOf(statement.table, side) }, values, options),
      };
      return isolated;
    },
  };
}

/** A metric of an experiment is nobody's evidence but its own: it has a side in place of a colour. */
function isolatedTelemetry(telemetry: Telemetry, side: ExperimentSide): Telemetry {
  const own = (labels: Labels): Labels => {
    const { colour: _, ...others } = labels;
    return { ...others, experiment: side };
  };
  return {
    counter: (name, labels) => telemetry.counter(name, own(labels)),
    gauge: (name, labels) => telemetry.gauge(name, own(labels)),
    histogram: (name, labels, bounds) => telemetry.histogram(name, own(labels), bounds),
    event: (event) => telemetry.event(event),
  };
}

function copiesOnly(rpc: Rpc): Rpc {
  const guarded =
    (handler: RpcHandler): RpcHandler =>
    (call, reply) => {
      const refusal = misdirected(true, call.metadata);
      if (refusal === undefined) handler(call, reply);
      else reply(refusal);
    };
  return {
    serve: (port, methods) =>
      rpc.serve(
        port,
        Object.fromEntries(Object.entries(methods).map(([name, handler]) => [name, guarded(handler)])),
      ),
    call: (target, method, request, options, done) => rpc.call(target, method, request, options, done),
  };
}
