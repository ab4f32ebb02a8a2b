import { fixed, goal, minuteMs, parametersOf, type Scenario } from './scenario.ts';

/** Acknowledgements of consumers are lost and delayed: everything is delivered again, nothing has two effects. */
export const lostAcks: Scenario = {
  name: 'lost-acks',
  summary:
    'acknowledgements of consumers are lost and delayed: everything is delivered again, nothing has two effects',
  tags: ['faults', 'nats'],
  parameters: parametersOf(60),
  setUp({ minutes }) {
    const at = (minute: number): number => Math.round((minute / 60) * minutes * minuteMs);
    return {
      durationMs: minutes * minuteMs,
      bothColours: false,
      fixedFaults: fixed([
        {
          kind: 'nats.impair-acks',
          parameters: { colour: 'blue', lossRate: 0.5, delayMs: 0 },
          startMs: at(12),
          endMs: at(40),
        },
      ]),
      goals: [
        goal('contexts processed', 'completion.acknowledged'),
        goal('a message was delivered again', 'completion.delivered', (event) => event.deliveryCount > 1),
      ],
    };
  },
};
