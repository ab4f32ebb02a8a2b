import { fixed, goal, minuteMs, parametersOf, type Scenario } from './scenario.ts';

/** A rollout to every tool with nothing going wrong, then promotion. */
export const releaseQuiet: Scenario = {
  name: 'release-quiet',
  summary: 'a rollout to every tool with nothing going wrong, then promotion',
  tags: ['rollout', 'calm'],
  parameters: parametersOf(170),
  setUp({ minutes }) {
    const at = (minute: number): number => Math.round((minute / 170) * minutes * minuteMs);
    return {
      durationMs: minutes * minuteMs,
      bothColours: false,
      fixedFaults: fixed([{ kind: 'operator.start-rollout', parameters: { image: 'v1.1' }, startMs: at(5) }]),
      goals: [
        goal(
          'all tools were canary',
          'rollout.stage',
          (event) => event.state === 'passed' && event.name.includes('100'),
        ),
        goal('the release was promoted', 'rollout.promoted'),
      ],
    };
  },
};
