import { natsServerFault } from '../nats-server-fault.ts';

/** Ends one NATS server in good order, as an upgrade does (jetstream R2). */
export const natsShutDownNode = natsServerFault(
  {
    kind: 'nats.shut-down-node',
    summary: 'a NATS server is shut down in good order, and started again at the end',
    effect:
      'Every leadership of the server is handed over first, then its connections close and clients reconnect to the others. Outages stay below a second for a stream.',
    live: 'SIGTERM of nats-server, or kubectl delete pod of the StatefulSet',
    rulesUsuallyHit: ['budget.processing', 'rebalance.limits'],
    typicalDurationMs: [5_000, 60_000],
  },
  {
    start: (cluster, index) => cluster.shutDownNode(index),
    end: (cluster, index) => cluster.restartNode(index),
  },
);
