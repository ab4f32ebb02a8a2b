import { fixed, goal, minuteMs, parametersOf, type Scenario } from './scenario.ts';

/** NATS servers of both colours are cut off, killed, paused and lose acks. */
export const natsStorm: Scenario = {
  name: 'nats-storm',
  summary: 'NATS servers of both colours are cut off, killed, paused and lose acks',
  tags: ['faults', 'nats'],
  parameters: parametersOf(80),
  setUp({ minutes }) {
    const at = (minute: number): number => Math.round((minute / 80) * minutes * minuteMs);
    return {
      durationMs: minutes * minuteMs,
      bothColours: true,
      fixedFaults: fixed([
        {
          kind: 'nats.partition',
          parameters: { colour: 'blue', scope: 'leader-of-stream' },
          startMs: at(12),
          endMs: at(13),
        },
      ]),
      drawnFaults: { kinds: ['nats.'], most: 8, startMs: at(18), endMs: at(70) },
      goals: [
        goal('contexts processed', 'completion.acknowledged'),
        goal(
          'a message was delivered again',
          'completion.delivered',
          (event) => event.deliveryCount > 1,
          false,
        ),
      ],
    };
  },
};
