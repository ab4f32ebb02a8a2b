import { fixed, goal, minuteMs, parametersOf, type Scenario } from './scenario.ts';

/**
 * One release and one rollback, with nothing drawn: what `explore rollback` gives its plans to, each of which brings
 * acts and faults of its own.
 */
export const rollbackAnywhere: Scenario = {
  name: 'rollback-anywhere',
  summary: 'a release is taken back at a moment that the plan chooses',
  tags: ['rollout', 'rollback'],
  parameters: parametersOf(40),
  setUp({ minutes }) {
    const at = (minute: number): number => Math.round((minute / 40) * minutes * minuteMs);
    return {
      durationMs: minutes * minuteMs,
      bothColours: false,
      fixedFaults: fixed([
        { kind: 'operator.start-rollout', parameters: { image: 'v1.1' }, startMs: at(5) },
        { kind: 'operator.rollback', parameters: { level: 'L1' }, startMs: at(25) },
      ]),
      goals: [goal('a rollback was ordered', 'operator.act', (event) => event.act === 'rollback')],
    };
  },
};
