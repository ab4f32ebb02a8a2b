import { fixed, goal, minuteMs, parametersOf, type Scenario } from './scenario.ts';

const length = 40;
/** In each pair the Defenders are halved, then as many again. */
const pairs = 4;

/** Units move to and fro between Defenders while completions go on: no consumer passes one over. */
export const natsFilterEditing: Scenario = {
  name: 'nats-filter-editing',
  summary:
    'units move to and fro between Defenders; a consumer whose filters are edited passes completions over',
  tags: ['faults', 'nats', 'consumers'],
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
      fixedFaults: fixed(
        Array.from({ length: pairs }, (_, pair) => [
          scale(6 + pair * 8, Math.max(2, Math.floor(defenders / 2))),
          scale(10 + pair * 8, defenders),
        ]).flat(),
      ),
      goals: [
        goal('contexts processed', 'completion.acknowledged'),
        goal(
          'a Defender left and its units moved',
          'assignment.published',
          (event) => event.left.length > 0 && event.reason === 'scaling',
        ),
      ],
    };
  },
};
