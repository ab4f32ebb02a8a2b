import { fixed, goal, minuteMs, parametersOf, type Scenario } from './scenario.ts';

/** A machine with its pods falls silent and comes back after ten minutes. */
export const nodeLoss: Scenario = {
  name: 'node-loss',
  summary: 'a machine with its pods falls silent and comes back after ten minutes',
  tags: ['faults', 'kubernetes'],
  parameters: parametersOf(60),
  setUp({ minutes }) {
    const at = (minute: number): number => Math.round((minute / 60) * minutes * minuteMs);
    return {
      durationMs: minutes * minuteMs,
      bothColours: false,
      fixedFaults: fixed([{ kind: 'node.loss', parameters: {}, startMs: at(15), endMs: at(25) }]),
      goals: [
        goal('contexts processed', 'completion.acknowledged'),
        goal('a machine was lost', 'node.down'),
        goal('a map after a crash', 'assignment.published', (event) => event.reason === 'crash'),
      ],
    };
  },
};
