import { fixed, goal, minuteMs, parametersOf, type Scenario } from './scenario.ts';

/** Leadership by the Election Agent: leaders and agents die, stand still and are cut off, and NATS loses a server. */
export const electionAgent: Scenario = {
  name: 'election-agent',
  summary: 'the Election Agent grants leadership; leaders and agents die, stand still and are cut off',
  tags: ['faults', 'defender'],
  parameters: parametersOf(70),
  setUp({ minutes }) {
    const at = (minute: number): number => Math.round((minute / 70) * minutes * minuteMs);
    const leader = { component: 'leader-defender', colour: 'blue', count: 1 };
    const agent = { component: 'election-agent', colour: 'blue', count: 1 };
    const during = (minute: number, lengthMs: number): { startMs: number; endMs: number } => ({
      startMs: at(minute),
      endMs: at(minute) + lengthMs,
    });
    return {
      durationMs: minutes * minuteMs,
      bothColours: false,
      leadership: 'agent',
      fixedFaults: fixed([
        { kind: 'pod.kill', parameters: leader, startMs: at(8) },
        { kind: 'pod.kill', parameters: agent, startMs: at(13) },
        {
          kind: 'nats.client-cut',
          parameters: { component: 'leader-defender', colour: 'blue', share: 1 },
          ...during(18, 40_000),
        },
        { kind: 'pod.freeze', parameters: leader, ...during(24, 18_000) },
        { kind: 'pod.freeze', parameters: agent, ...during(29, 20_000) },
        {
          kind: 'link.one-way-cut',
          parameters: { path: 'defender-election-agent', colour: 'blue', share: 1 },
          ...during(34, 30_000),
        },
        { kind: 'pod.kill', parameters: agent, startMs: at(40) },
        { kind: 'pod.kill', parameters: leader, startMs: at(40) },
        { kind: 'nats.kill-node', parameters: { colour: 'blue' }, ...during(46, 30_000) },
        {
          kind: 'pod.kill',
          parameters: { component: 'defender', colour: 'blue', count: 1 },
          startMs: at(52),
        },
      ]),
      drawnFaults: { kinds: ['pod.kill', 'pod.freeze', 'nats.'], most: 3, startMs: at(54), endMs: at(64) },
      goals: [
        goal('contexts processed', 'completion.acknowledged'),
        goal('a leader was replaced', 'leader.elected', (event) => event.term > 1),
        goal(
          'a leader without NATS resigned',
          'leader.lost',
          (event) => event.reason === 'cannot reach NATS',
        ),
        goal('a map after a crash', 'assignment.published', (event) => event.reason === 'crash'),
      ],
    };
  },
};
