import { fixed, goal, minuteMs, parametersOf, type Scenario } from './scenario.ts';

/** Clocks of pods step by minutes, forwards and back. */
export const clockChaos: Scenario = {
  name: 'clock-chaos',
  summary: 'clocks of pods step by minutes, forwards and back',
  tags: ['faults', 'clock'],
  parameters: parametersOf(60),
  setUp({ minutes }) {
    const at = (minute: number): number => Math.round((minute / 60) * minutes * minuteMs);
    return {
      durationMs: minutes * minuteMs,
      bothColours: false,
      fixedFaults: fixed([
        {
          kind: 'pod.clock-step',
          parameters: { component: 'leader-defender', colour: 'blue', count: 1, stepMs: 120_000 },
          startMs: at(12),
        },
        {
          kind: 'pod.clock-step',
          parameters: { component: 'collector', colour: 'blue', count: 2, stepMs: -120_000 },
          startMs: at(20),
        },
      ]),
      drawnFaults: { kinds: ['pod.clock-step', 'pod.kill'], most: 6, startMs: at(25), endMs: at(55) },
      goals: [goal('contexts processed', 'completion.acknowledged')],
    };
  },
};
