import { kafkaBrokerFault } from '../kafka-broker-fault.ts';

/** Stops a Kafka broker with its connections open; it goes on at the end. */
export const kafkaPauseBroker = kafkaBrokerFault(
  {
    kind: 'kafka.pause-broker',
    summary: 'a Kafka broker of V1 stands still with its connections open',
    effect:
      'It answers nothing and keeps what arrives; clients run into their time-outs. Fenced after 9 s. When it goes on it first believes that it still leads, and its sessions of members end by its own clock.',
    live: 'kill -STOP and kill -CONT of the broker',
    rulesUsuallyHit: ['effect.across-versions', 'effect.exactly-once', 'budget.processing'],
    typicalDurationMs: [2_000, 60_000],
  },
  {
    start: (cluster, index) => cluster.pauseNode(index),
    end: (cluster, index) => cluster.resumeNode(index),
  },
);
