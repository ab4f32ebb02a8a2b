import { fixed, goal, minuteMs, parametersOf, type Scenario } from './scenario.ts';

/** Loss, delay and one-way cuts come and go everywhere. */
export const networkWeather: Scenario = {
  name: 'network-weather',
  summary: 'loss, delay and one-way cuts come and go everywhere',
  tags: ['faults', 'network'],
  parameters: parametersOf(80),
  setUp({ minutes }) {
    const at = (minute: number): number => Math.round((minute / 80) * minutes * minuteMs);
    return {
      durationMs: minutes * minuteMs,
      bothColours: false,
      fixedFaults: fixed([
        {
          kind: 'link.loss',
          parameters: { path: 'defender-cassandra', colour: 'blue', lossRate: 0.05 },
          startMs: at(12),
          endMs: at(18),
        },
      ]),
      drawnFaults: { kinds: ['link.'], most: 8, startMs: at(20), endMs: at(70) },
      goals: [goal('contexts processed', 'completion.acknowledged')],
    };
  },
};
