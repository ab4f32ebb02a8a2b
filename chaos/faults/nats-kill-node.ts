import { natsServerFault } from '../nats-server-fault.ts';

/** Kills the process of one NATS server; its disk stays as written. */
export const natsKillNode = natsServerFault(
  {
    kind: 'nats.kill-node',
    summary: 'a NATS server process is killed, and started again at the end',
    effect:
      'The server dies at once: connections are closed by its operating system, clients reconnect to the others, raft groups that it led elect a new leader. What it wrote is still there when it starts again.',
    live: 'kill -9 of nats-server, or kubectl delete pod --force of the StatefulSet',
    rulesUsuallyHit: ['effect.exactly-once', 'budget.processing', 'rebalance.limits'],
    typicalDurationMs: [5_000, 120_000],
  },
  {
    start: (cluster, index) => cluster.killNode(index),
    end: (cluster, index) => cluster.restartNode(index),
  },
);
