import { fixed, goal, minuteMs, parametersOf, type Scenario } from './scenario.ts';

const length = 40;

/** The other consumer model: one durable a Defender, made anew when units come to it, while members leave, join and die. */
export const filteredDurables: Scenario = {
  name: 'filtered-durables',
  summary: 'one durable a Defender, whose filters follow the map, while members leave, join and die',
  tags: ['faults', 'defender', 'consumers'],
  parameters: parametersOf(length),
  setUp({ minutes, defenders }) {
    const at = (minute: number): number => Math.round((minute / length) * minutes * minuteMs);
    const scale = (minute: number, replicas: number) => ({
      kind: 'operator.scale',
      parameters: { deployment: 'defender-blue', replicas },
      startMs: at(minute),
    });
    return {
      durationMs: minutes * minuteMs,
      bothColours: false,
      consumerModel: 'filtered-durable',
      fixedFaults: fixed([
        scale(6, Math.max(2, Math.floor(defenders / 2))),
        scale(10, defenders),
        {
          kind: 'pod.kill',
          parameters: { component: 'defender', colour: 'blue', count: 1 },
          startMs: at(16),
        },
        scale(22, Math.max(2, Math.floor(defenders / 2))),
        scale(26, defenders),
        {
          kind: 'operator.rolling-update',
          parameters: { deployment: 'defender-blue' },
          startMs: at(31),
        },
      ]),
      goals: [
        goal('contexts processed', 'completion.acknowledged'),
        goal('a map after a crash', 'assignment.published', (event) => event.reason === 'crash'),
        goal(
          'a Defender left and its units moved',
          'assignment.published',
          (event) => event.left.length > 0 && event.reason === 'scaling',
        ),
      ],
    };
  },
};
