import type { SystemCustomisation } from '../../sim/system-customisation.ts';
import { fixed, goal, minuteMs, parametersOf, type Scenario } from './scenario.ts';

const growing: SystemCustomisation = {
  rollout: (settings) => ({ ...settings, collector: { ...settings.collector, growsWithStages: true } }),
};

/** The collectors of the canary come with its stages, in place of all at the start (delivery 10, C43). */
export const canaryScale: Scenario = {
  name: 'canary-scale',
  summary: 'the collectors of a canary come with its stages, and stay until its end',
  tags: ['rollout', 'rollback', 'delivery', 'canary-scale'],
  parameters: parametersOf(60).map((parameter) => {
    if (parameter.name === 'tools') return { ...parameter, default: 60 };
    return parameter.name === 'collectors' ? { ...parameter, default: 4 } : parameter;
  }),
  setUp({ minutes, collectors }) {
    const at = (minute: number): number => Math.round((minute / 60) * minutes * minuteMs);
    return {
      durationMs: minutes * minuteMs,
      bothColours: false,
      customisation: growing,
      fixedFaults: fixed([
        { kind: 'operator.start-rollout', parameters: { image: 'v1.1' }, startMs: at(4) },
        {
          kind: 'pod.kill',
          parameters: { component: 'collector', colour: 'green', count: 1 },
          // Not sooner: of its first stage's only collector a canary is taken back, and nothing grows.
          startMs: at(30),
        },
        { kind: 'operator.rollback', parameters: { level: 'L1' }, startMs: at(52) },
      ]),
      goals: [
        goal(
          'the canary began with a part of its collectors',
          'deployment.changed',
          ({ deployment, replicas }) =>
            deployment === 'collector-green' && replicas > 0 && replicas < collectors,
        ),
        goal('a stage was passed', 'rollout.stage', ({ state }) => state === 'passed'),
        goal(
          'the canary grew',
          'deployment.changed',
          ({ deployment, replicas, by }) =>
            deployment === 'collector-green' && replicas > 1 && by.startsWith('rollout'),
        ),
      ],
    };
  },
};
