import { fixed, goal, minuteMs, parametersOf, type Scenario } from './scenario.ts';

/** Defenders and their leader are killed and frozen again and again. */
export const defenderChurn: Scenario = {
  name: 'defender-churn',
  summary: 'Defenders and their leader are killed and frozen again and again',
  tags: ['faults', 'defender'],
  parameters: parametersOf(80),
  setUp({ minutes }) {
    const at = (minute: number): number => Math.round((minute / 80) * minutes * minuteMs);
    return {
      durationMs: minutes * minuteMs,
      bothColours: false,
      fixedFaults: fixed([
        {
          kind: 'pod.kill',
          parameters: { component: 'leader-defender', colour: 'blue', count: 1 },
          startMs: at(12),
        },
        {
          kind: 'pod.kill',
          parameters: { component: 'defender', colour: 'blue', count: 3 },
          startMs: at(20),
        },
        {
          kind: 'pod.freeze',
          parameters: { component: 'leader-defender', colour: 'blue', count: 1 },
          startMs: at(30),
          endMs: at(30) + 15_000,
        },
      ]),
      drawnFaults: { kinds: ['pod.kill', 'pod.freeze'], most: 6, startMs: at(35), endMs: at(70) },
      goals: [
        goal('contexts processed', 'completion.acknowledged'),
        goal(
          'a message was delivered again',
          'completion.delivered',
          (event) => event.deliveryCount > 1,
          false,
        ),
        goal('a map after a crash', 'assignment.published', (event) => event.reason === 'crash'),
        goal('a leader was replaced', 'leader.elected', (event) => event.term > 1),
      ],
    };
  },
};
