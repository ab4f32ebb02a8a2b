import { fixed, goal, minuteMs, parametersOf, type Scenario } from './scenario.ts';

/** The stable colour loses the majority of its NATS servers for two minutes; the other colour stays untouched. */
export const natsMajority: Scenario = {
  name: 'nats-majority',
  summary:
    'the stable colour loses the majority of its NATS servers for two minutes; the other colour stays untouched',
  tags: ['faults', 'nats', 'isolation'],
  parameters: parametersOf(60),
  setUp({ minutes }) {
    const at = (minute: number): number => Math.round((minute / 60) * minutes * minuteMs);
    return {
      durationMs: minutes * minuteMs,
      bothColours: true,
      fixedFaults: fixed([
        {
          kind: 'nats.partition',
          parameters: { colour: 'blue', scope: 'majority' },
          startMs: at(20),
          endMs: at(22),
        },
      ]),
      goals: [
        goal('contexts processed', 'completion.acknowledged'),
        goal('a Defender was degraded', 'defender.state', (event) => event.to === 'degraded'),
      ],
    };
  },
};
