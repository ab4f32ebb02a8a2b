import { fixed, goal, minuteMs, parametersOf, type Scenario } from './scenario.ts';

/** While the store is far away a context takes seconds: longer than until offsets are committed next. */
const storeDelayMs = 400;
const intoWorkMs = 1_500;

/**
 * V1 alone: brokers die and stand still, consumers pause beyond their session, group after group is rebalanced, and consumers
 * die with contexts in work, so that what was fetched and not stored has to come again (delivery R32).
 */
export const v1Storm: Scenario = {
  name: 'v1-storm',
  summary:
    'V1 on Kafka: brokers die, consumers pause beyond their session or die in their work, rebalances follow one another',
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
    const killsInWork = [41, 42.5, 44].map((minute, index) => ({
      id: `w${index + 1}`,
      kind: 'pod.kill',
      parameters: {},
      startMs: at(minute),
      at: { moment: 'completion.delivered', occurrence: 1, delayMs: intoWorkMs, target: 'self' as const },
    }));
    return {
      durationMs: minutes * minuteMs,
      bothColours: false,
      v1: { colour: 'blue', brokers: 3, partitions: 24 },
      fixedFaults: [
        ...fixed([
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
          {
            kind: 'link.delay',
            parameters: { path: 'defender-cassandra', colour: 'blue', delayMs: storeDelayMs },
            startMs: at(40),
            endMs: at(46),
          },
        ]),
        ...killsInWork,
      ],
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
        goal(
          'a consumer died after it had taken a context up',
          'fault.started',
          ({ id, targets }) => killsInWork.some((kill) => kill.id === id) && targets.length > 0,
        ),
      ],
    };
  },
};
