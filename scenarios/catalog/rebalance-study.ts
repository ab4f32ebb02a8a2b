import type { PlannedFault } from '../../chaos/plan.ts';
import { fixed, goal, minuteMs, parametersOf, type Scenario } from './scenario.ts';

/** What the design study plays: Defenders die, and others only seem to, because they stand still or are slow. */
export const rebalanceStudy: Scenario = {
  name: 'rebalance-study',
  summary: 'Defenders die, or only seem to: what `study rebalance` weighs detection against',
  tags: ['faults', 'defender', 'study'],
  parameters: parametersOf(40),
  setUp({ minutes }) {
    const at = (minute: number): number => Math.round((minute / 40) * minutes * minuteMs);
    // With a completion in work, which then waits for its ack wait.
    const busy = { moment: 'completion.delivered', occurrence: 1, delayMs: 200, target: 'self' } as const;
    const kill = (minute: number): Omit<PlannedFault, 'id'> => ({
      kind: 'pod.kill',
      parameters: {},
      startMs: at(minute),
      at: busy,
    });
    const freeze = (minute: number, durationMs: number): Omit<PlannedFault, 'id'> => ({
      kind: 'pod.freeze',
      parameters: {},
      startMs: at(minute),
      at: { ...busy, durationMs },
    });
    return {
      durationMs: minutes * minuteMs,
      bothColours: false,
      fixedFaults: fixed([
        kill(6),
        freeze(10, 2_500),
        freeze(13, 5_000),
        { kind: 'pod.kill', parameters: { component: 'leader-defender', colour: 'blue' }, startMs: at(17) },
        freeze(21, 9_000),
        kill(25),
        kill(27),
        freeze(29, 14_000),
      ]),
      drawnFaults: {
        kinds: ['nats.pause-node', 'nats.kill-node', 'nats.impair-acks', 'cassandra.slow-node', 'link.loss'],
        most: 4,
        startMs: at(5),
        endMs: at(36),
      },
      goals: [
        goal('contexts processed', 'completion.acknowledged'),
        goal('a map after a crash', 'assignment.published', (event) => event.reason === 'crash'),
      ],
    };
  },
};
