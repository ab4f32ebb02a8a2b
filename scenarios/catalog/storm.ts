import { fixed, goal, minuteMs, parametersOf, type Scenario } from './scenario.ts';

/** Everything at once, drawn by the seed, within what the fab can recover from. */
export const storm: Scenario = {
  name: 'storm',
  summary: 'everything at once, drawn by the seed, within what the fab can recover from',
  tags: ['faults', 'swarm'],
  parameters: parametersOf(110),
  setUp({ minutes }) {
    const at = (minute: number): number => Math.round((minute / 110) * minutes * minuteMs);
    return {
      durationMs: minutes * minuteMs,
      bothColours: false,
      fixedFaults: fixed([{ kind: 'operator.start-rollout', parameters: { image: 'v1.1' }, startMs: at(6) }]),
      drawnFaults: {
        kinds: [
          'nats.',
          'cassandra.',
          'pod.',
          'node.',
          'gateway.',
          'link.',
          'prometheus.',
          'operator.rolling-update',
          'operator.rollback',
        ],
        most: 14,
        startMs: at(10),
        endMs: at(95),
      },
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
