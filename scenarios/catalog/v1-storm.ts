import { fixed, goal, minuteMs, parametersOf, type Scenario } from './scenario.ts';

/** V1 alone: brokers die and stand still, consumers pause beyond their session, and group after group is rebalanced. */
export const v1Storm: Scenario = {
  name: 'v1-storm',
  summary: 'V1 on Kafka: brokers die, consumers pause beyond their session, rebalances follow one another',
  tags: ['v1', 'faults'],
  parameters: parametersOf(60),
  setUp({ minutes, defenders }) {
    const at = (minute: number): number => Math.round((minute / 60) * minutes * minuteMs);
    const freeze = (minute: number, seconds: number): Parameters<typeof fixed>[0][number] => ({
      kind: 'pod.freeze',
      parameters: { component: 'defender', colour: 'blue', count: 1 },
      startMs: at(minute),
      endMs: at(minute) + seconds * 1000,
    });
    const scale = (minute: number, replicas: number): Parameters<typeof fixed>[0][number] => ({
      kind: 'operator.scale',
      parameters: { deployment: 'defender-blue', replicas },
      startMs: at(minute),
    });
    return {
      durationMs: minutes * minuteMs,
      bothColours: false,
      v1: { colour: 'blue', brokers: 3, partitions: 24 },
      fixedFaults: fixed([
        {
          kind: 'kafka.kill-broker',
          parameters: { broker: 'coordinator' },
          startMs: at(12),
          endMs: at(12) + 90_000,
        },
        freeze(18, 15),
        freeze(20, 40),
        scale(24, defenders + 3),
        scale(25, defenders),
        {
          kind: 'pod.kill',
          parameters: { component: 'defender', colour: 'blue', count: 2 },
          startMs: at(26),
        },
        { kind: 'operator.rolling-update', parameters: { deployment: 'defender-blue' }, startMs: at(28) },
        {
          kind: 'kafka.pause-broker',
          parameters: {},
          startMs: at(36),
          endMs: at(36) + 30_000,
        },
      ]),
      drawnFaults: {
        kinds: ['kafka.', 'pod.kill', 'pod.freeze'],
        most: 4,
        startMs: at(10),
        endMs: at(50),
      },
      goals: [
        goal('contexts processed', 'completion.acknowledged'),
        goal('members held partitions', 'partitions.held', (event) => event.partitions.length > 0),
        goal('a member lost all it had', 'partitions.held', (event) => event.partitions.length === 0),
      ],
    };
  },
};
