import { fixed, goal, minuteMs, parametersOf, type Scenario } from './scenario.ts';

/**
 * Whoever takes part in a change of the list dies, stands still or is not heard in the middle of it: between what is
 * written down and what is routed by (delivery F17, F41).
 */
export const halfApplied: Scenario = {
  name: 'half-applied',
  summary: 'Management, gateways and rollout controller die between writing a list down and routing by it',
  tags: ['rollout', 'rollback', 'delivery', 'faults', 'list-applied'],
  parameters: parametersOf(50).map((parameter) =>
    parameter.name === 'tools' ? { ...parameter, default: 60 } : parameter,
  ),
  setUp({ minutes }) {
    const at = (minute: number): number => Math.round((minute / 50) * minutes * minuteMs);
    return {
      durationMs: minutes * minuteMs,
      bothColours: false,
      fixedFaults: fixed([
        { kind: 'operator.start-rollout', parameters: { image: 'v1.1' }, startMs: at(4) },
        // Management between what is durable and the first gateway that is told, in the first stage and in L1.
        {
          kind: 'pod.kill',
          parameters: { component: 'management' },
          startMs: at(4) + 5000,
          at: { moment: 'list.changed', occurrence: 1, delayMs: 0, target: 'self' },
        },
        { kind: 'operator.rollback', parameters: { level: 'L1' }, startMs: at(40) },
      ]),
      drawnFaults: {
        kinds: ['pod.kill', 'pod.freeze', 'management.lost-answers', 'management.lost-push'],
        most: 6,
        startMs: at(4),
        endMs: at(46),
        moments: { names: ['list.changed', 'list.applied', 'stage.entered', 'gate.decided'], share: 0.8 },
      },
      goals: [
        goal('a stage was entered', 'rollout.stage', ({ state }) => state === 'entered', false),
        goal('the list was rolled back', 'routing.changed', ({ action }) => action === 'rollback'),
      ],
    };
  },
};
