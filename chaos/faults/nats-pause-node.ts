import { natsServerFault } from '../nats-server-fault.ts';

/** Stops a NATS server with its connections open; it catches up at the end. */
export const natsPauseNode = natsServerFault(
  {
    kind: 'nats.pause-node',
    summary: 'a NATS server stands still with its connections open',
    effect:
      'The process answers nothing and keeps what arrives. Its clients wait for their time-outs, its raft groups elect another leader; when it goes on it first believes that it still leads.',
    live: 'kill -STOP and kill -CONT of nats-server',
    rulesUsuallyHit: ['effect.exactly-once', 'budget.processing', 'recovery.crash'],
    typicalDurationMs: [2_000, 60_000],
  },
  {
    start: (cluster, index) => cluster.pauseNode(index),
    end: (cluster, index) => cluster.resumeNode(index),
  },
);
