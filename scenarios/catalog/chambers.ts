import { fixed, goal, minuteMs, parametersOf, type Scenario } from './scenario.ts';

const length = 50;

/** The chamber, not the tool, is what Defenders own and consume in order, while Defenders die, join and stand still. */
export const chambers: Scenario = {
  name: 'chambers',
  summary: 'each chamber of a tool is a unit of its own, while Defenders die, join and stand still',
  tags: ['faults', 'defender'],
  parameters: parametersOf(length),
  setUp({ minutes, defenders }) {
    const at = (minute: number): number => Math.round((minute / length) * minutes * minuteMs);
    return {
      durationMs: minutes * minuteMs,
      bothColours: false,
      unitKind: 'chamber',
      fixedFaults: fixed([
        {
          kind: 'pod.kill',
          parameters: { component: 'defender', colour: 'blue', count: 1 },
          startMs: at(12),
        },
        {
          kind: 'operator.scale',
          parameters: { deployment: 'defender-blue', replicas: defenders + 2 },
          startMs: at(20),
        },
        {
          kind: 'pod.freeze',
          parameters: { component: 'defender', colour: 'blue', count: 1 },
          startMs: at(28),
          endMs: at(28) + 20_000,
        },
      ]),
      drawnFaults: { kinds: ['pod.', 'nats.'], most: 3, startMs: at(32), endMs: at(45) },
      goals: [
        goal('contexts processed', 'completion.acknowledged'),
        goal('a second chamber of a tool was processed', 'uchart.stored', (event) =>
          event.unit.endsWith('.2'),
        ),
        goal('a map after a crash', 'assignment.published', (event) => event.reason === 'crash'),
      ],
    };
  },
};
