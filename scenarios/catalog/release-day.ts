import { fixed, goal, minuteMs, parametersOf, type Scenario } from './scenario.ts';

/**
 * The default: a release goes to the fab tool by tool, is rolled back once, tried again and promoted, while a NATS
 * leader is cut off, pods die, a store slows down and a gateway loses Management.
 */
export const releaseDay: Scenario = {
  name: 'release-day',
  summary: 'a canary rollout to every tool under a partition, kills and a rollback, then promotion',
  tags: ['default', 'rollout', 'faults'],
  parameters: parametersOf(185),
  setUp({ minutes }) {
    const at = (minute: number): number => Math.round((minute / 185) * minutes * minuteMs);
    const length = (seconds: number): number => seconds * 1000;
    return {
      durationMs: minutes * minuteMs,
      bothColours: false,
      fixedFaults: fixed([
        { kind: 'operator.start-rollout', parameters: { image: 'v1.1' }, startMs: at(6) },
        {
          kind: 'pod.kill',
          parameters: { component: 'leader-defender', colour: 'blue', count: 1 },
          startMs: at(18),
        },
        {
          kind: 'nats.partition',
          parameters: { colour: 'green', scope: 'leader-of-stream' },
          startMs: at(38),
          endMs: at(38) + length(45),
        },
        {
          kind: 'pod.kill',
          parameters: { component: 'collector', colour: 'blue', count: 2 },
          startMs: at(35),
        },
        { kind: 'operator.rollback', parameters: { level: 'L1' }, startMs: at(44) },
        { kind: 'operator.start-rollout', parameters: { image: 'v1.2' }, startMs: at(50) },
        {
          kind: 'cassandra.slow-node',
          parameters: { factor: 4 },
          startMs: at(92),
          endMs: at(92) + length(120),
        },
        {
          kind: 'pod.kill',
          parameters: { component: 'defender', colour: 'green', count: 2 },
          startMs: at(108),
        },
        {
          kind: 'gateway.cut-management',
          parameters: { count: 1 },
          startMs: at(125),
          endMs: at(125) + length(90),
        },
        {
          kind: 'nats.kill-node',
          parameters: { colour: 'blue' },
          startMs: at(132),
          endMs: at(132) + length(60),
        },
      ]),
      drawnFaults: {
        kinds: ['pod.', 'cassandra.slow-node', 'nats.impair-acks', 'link.delay'],
        most: 4,
        startMs: at(20),
        endMs: at(145),
      },
      goals: [
        goal('a stage was passed', 'rollout.stage', (event) => event.state === 'passed'),
        goal(
          'all tools were canary',
          'rollout.stage',
          (event) => event.state === 'passed' && event.name.includes('100'),
        ),
        goal('a rollback was ordered', 'rollback.started'),
        goal('the release was promoted', 'rollout.promoted'),
        goal('a leader was replaced', 'leader.elected', (event) => event.term > 1),
        goal(
          'a message was delivered again',
          'completion.delivered',
          (event) => event.deliveryCount > 1,
          false,
        ),
        goal('an alarm was raised', 'alarm.raised', (event) => event.effective),
        goal('a tool had to retry', 'tool.retry'),
        goal('an earlier context was missing', 'alarm.judged', (event) => event.provisional, false),
      ],
    };
  },
};
