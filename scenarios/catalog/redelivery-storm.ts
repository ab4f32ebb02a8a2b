import { fixed, goal, minuteMs, parametersOf, type Scenario } from './scenario.ts';

/** Most acknowledgements get lost while Defenders die: what was done is given to somebody else to do again (delivery R32). */
export const redeliveryStorm: Scenario = {
  name: 'redelivery-storm',
  summary: 'most acknowledgements get lost while half the Defenders die again and again',
  tags: ['faults', 'nats', 'defender'],
  parameters: parametersOf(60),
  setUp({ minutes, defenders }) {
    const at = (minute: number): number => Math.round((minute / 60) * minutes * minuteMs);
    const half = Math.max(1, Math.floor(defenders / 2));
    return {
      durationMs: minutes * minuteMs,
      bothColours: false,
      fixedFaults: fixed([
        {
          kind: 'nats.impair-acks',
          parameters: { colour: 'blue', lossRate: 0.8, delayMs: 0 },
          startMs: at(10),
          endMs: at(52),
        },
        ...[14, 20, 26, 32, 38, 44, 50].map((minute) => ({
          kind: 'pod.kill',
          parameters: { component: 'defender', colour: 'blue', count: half },
          startMs: at(minute),
        })),
      ]),
      drawnFaults: { kinds: ['pod.kill', 'pod.freeze'], most: 4, startMs: at(12), endMs: at(50) },
      goals: [
        goal('contexts processed', 'completion.acknowledged'),
        goal('a message was delivered again', 'completion.delivered', (event) => event.deliveryCount > 1),
      ],
    };
  },
};
