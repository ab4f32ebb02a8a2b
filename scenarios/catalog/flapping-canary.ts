import { ingestMethods } from '../../system/ports/ingest.ts';
import type { Rpc, RpcHandler } from '../../system/ports/rpc.ts';
import type { SystemCustomisation } from '../../sim/system-customisation.ts';
import { fixed, goal, minuteMs, parametersOf, type Scenario } from './scenario.ts';

/** A health check that asks for three failures in a row never sees them. */
const failedInARow = 2;
const ofRequests = 12;

/** Collectors of the canary that refuse two of twelve requests, and answer the next one well (delivery F22). */
const flappingCollectors: SystemCustomisation = {
  ports: (component, ports, colour) =>
    component === 'collector' && colour === 'green' ? { ...ports, rpc: flapping(ports.rpc) } : ports,
};

function flapping(rpc: Rpc): Rpc {
  let count = 0;
  const refusing =
    (handler: RpcHandler): RpcHandler =>
    (call, reply) => {
      if (count++ % ofRequests >= failedInARow) handler(call, reply);
      else reply({ status: 'UNAVAILABLE', message: 'flapping', metadata: {} });
    };
  return {
    serve: (port, methods) => {
      const send = methods[ingestMethods.send];
      return rpc.serve(
        port,
        send === undefined ? methods : { ...methods, [ingestMethods.send]: refusing(send) },
      );
    },
    call: (...call) => rpc.call(...call),
  };
}

/** A release that no health check finds fault with: the gate sees its error rate and takes it back (delivery F21, F22). */
export const flappingCanary: Scenario = {
  name: 'flapping-canary',
  summary:
    'a release that fails requests, never enough in a row for a health check, is taken back by the gate',
  tags: ['rollout', 'gates', 'delivery', 'failing-canary'],
  parameters: parametersOf(50).map((parameter) =>
    parameter.name === 'tools' ? { ...parameter, default: 150 } : parameter,
  ),
  setUp({ minutes }) {
    const at = (minute: number): number => Math.round((minute / 50) * minutes * minuteMs);
    return {
      durationMs: minutes * minuteMs,
      bothColours: false,
      customisation: flappingCollectors,
      fixedFaults: fixed([
        { kind: 'operator.start-rollout', parameters: { image: 'v1.1-flapping' }, startMs: at(4) },
      ]),
      goals: [
        goal('a gate failed', 'gate.decided', ({ decision }) => decision === 'fail'),
        goal('the release was taken back', 'rollback.completed', ({ level }) => level === 'L1'),
      ],
    };
  },
};
