import { fixed, goal, minuteMs, parametersOf, type Scenario } from './scenario.ts';

/** The Defenders are scaled up by half and back. */
export const scaling: Scenario = {
  name: 'scaling',
  summary: 'the Defenders are scaled up by half and back',
  tags: ['operations', 'defender'],
  parameters: parametersOf(70),
  setUp({ minutes, defenders }) {
    const at = (minute: number): number => Math.round((minute / 70) * minutes * minuteMs);
    return {
      durationMs: minutes * minuteMs,
      bothColours: false,
      fixedFaults: fixed([
        {
          kind: 'operator.scale',
          parameters: { deployment: 'defender-blue', replicas: Math.ceil(defenders * 1.5) },
          startMs: at(20),
        },
        {
          kind: 'operator.scale',
          parameters: { deployment: 'defender-blue', replicas: defenders },
          startMs: at(45),
        },
      ]),
      goals: [
        goal('contexts processed', 'completion.acknowledged'),
        goal(
          'a map after scaling up',
          'assignment.published',
          (event) => event.joined.length > 0 && event.reason === 'scaling',
        ),
        goal(
          'a map after scaling down',
          'assignment.published',
          (event) => event.left.length > 0 && event.reason === 'scaling',
        ),
      ],
    };
  },
};
