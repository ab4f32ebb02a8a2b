import { fixed, goal, minuteMs, parametersOf, type Scenario } from './scenario.ts';

/** Cassandra servers slow down, die and are cut off. */
export const cassandraStorm: Scenario = {
  name: 'cassandra-storm',
  summary: 'Cassandra servers slow down, die and are cut off',
  tags: ['faults', 'cassandra'],
  parameters: parametersOf(80),
  setUp({ minutes }) {
    const at = (minute: number): number => Math.round((minute / 80) * minutes * minuteMs);
    return {
      durationMs: minutes * minuteMs,
      bothColours: false,
      fixedFaults: fixed([{ kind: 'cassandra.kill-node', parameters: {}, startMs: at(15), endMs: at(19) }]),
      drawnFaults: { kinds: ['cassandra.'], most: 8, startMs: at(22), endMs: at(70) },
      goals: [
        goal('contexts processed', 'completion.acknowledged'),
        goal('a stage failed and was tried again', 'processing.failed', () => true, false),
      ],
    };
  },
};
