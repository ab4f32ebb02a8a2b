import { fixed, goal, minuteMs, parametersOf, type Scenario } from './scenario.ts';

/** For half an hour two rollout controllers believe that the release is theirs: of what both do one counts (delivery F42). */
export const twoControllers: Scenario = {
  name: 'two-controllers',
  summary: 'two rollout controllers lead the same release, and what both do counts once',
  tags: ['rollout', 'rollback', 'delivery', 'stage-once'],
  parameters: parametersOf(60).map((parameter) =>
    parameter.name === 'tools' ? { ...parameter, default: 60 } : parameter,
  ),
  setUp({ minutes }) {
    const at = (minute: number): number => Math.round((minute / 60) * minutes * minuteMs);
    const replicas = (count: number): Record<string, unknown> => ({ deployment: 'rollout', replicas: count });
    return {
      durationMs: minutes * minuteMs,
      bothColours: false,
      fixedFaults: fixed([
        { kind: 'operator.start-rollout', parameters: { image: 'v1.1' }, startMs: at(4) },
        { kind: 'operator.scale', parameters: replicas(2), startMs: at(8) },
        { kind: 'operator.scale', parameters: replicas(1), startMs: at(40) },
        { kind: 'operator.rollback', parameters: { level: 'L1' }, startMs: at(52) },
      ]),
      goals: [
        goal('a stage was passed', 'rollout.stage', ({ state }) => state === 'passed'),
        goal('the list was rolled back', 'routing.changed', ({ action }) => action === 'rollback'),
      ],
    };
  },
};
