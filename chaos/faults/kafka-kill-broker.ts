import { kafkaBrokerFault } from '../kafka-broker-fault.ts';

/** Kills a Kafka broker; it starts again at the end. */
export const kafkaKillBroker = kafkaBrokerFault(
  {
    kind: 'kafka.kill-broker',
    summary: 'a Kafka broker of V1 dies, and starts again at the end',
    effect:
      'Its connections close. After 9 s without a heartbeat the controller fences it, and what it led, groups included, is led by replicas in sync; until then nobody serves it.',
    live: 'kill -9 of the broker; a start on the same data at the end',
    rulesUsuallyHit: ['effect.across-versions', 'effect.exactly-once', 'budget.processing'],
    typicalDurationMs: [10_000, 180_000],
  },
  {
    start: (cluster, index) => cluster.killNode(index),
    end: (cluster, index) => cluster.restartNode(index),
  },
);
