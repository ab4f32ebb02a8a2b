import { fixed, goal, minuteMs, parametersOf, type Scenario } from './scenario.ts';

/** Defenders are scaled up and down, and updated meanwhile, with much in work since the store is far away (defender §7). */
export const scalingStorm: Scenario = {
  name: 'scaling-storm',
  summary: 'Defenders are scaled and updated at the same time while the store is slow and pods die',
  tags: ['faults', 'operations', 'defender'],
  parameters: parametersOf(60),
  setUp({ minutes, defenders }) {
    const at = (minute: number): number => Math.round((minute / 60) * minutes * minuteMs);
    const scale = (minute: number, replicas: number) => ({
      kind: 'operator.scale',
      parameters: { deployment: 'defender-blue', replicas },
      startMs: at(minute),
    });
    const storeFarAway = (minute: number, endMinute: number, delayMs: number) => ({
      kind: 'link.delay',
      parameters: { path: 'defender-cassandra', colour: 'blue', delayMs },
      startMs: at(minute),
      endMs: at(endMinute),
    });
    const many = Math.ceil(defenders * 1.5);
    return {
      durationMs: minutes * minuteMs,
      bothColours: false,
      fixedFaults: fixed([
        storeFarAway(10, 30, 800),
        storeFarAway(30, 50, 1800),
        scale(14, many),
        scale(20, defenders),
        scale(26, many),
        { kind: 'operator.rolling-update', parameters: { deployment: 'defender-blue' }, startMs: at(34) },
        scale(36, defenders),
        scale(44, many),
      ]),
      drawnFaults: {
        kinds: ['pod.kill', 'pod.freeze', 'cassandra.', 'link.'],
        most: 5,
        startMs: at(12),
        endMs: at(50),
      },
      goals: [
        goal('contexts processed', 'completion.acknowledged'),
        goal('a map after scaling', 'assignment.published', (event) => event.reason === 'scaling'),
        goal('an id was handed over', 'identity.claimed', (event) => event.inherited, false),
      ],
    };
  },
};
