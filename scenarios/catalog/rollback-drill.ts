import { fixed, goal, minuteMs, parametersOf, type Scenario } from './scenario.ts';

/** A rollout is taken back by L2, then L1, and after a second try by L3. */
export const rollbackDrill: Scenario = {
  name: 'rollback-drill',
  summary: 'a rollout is taken back by L2, then L1, and after a second try by L3',
  tags: ['rollout', 'rollback'],
  parameters: parametersOf(130),
  setUp({ minutes }) {
    const at = (minute: number): number => Math.round((minute / 130) * minutes * minuteMs);
    return {
      durationMs: minutes * minuteMs,
      bothColours: false,
      fixedFaults: fixed([
        { kind: 'operator.start-rollout', parameters: { image: 'v1.1' }, startMs: at(5) },
        { kind: 'operator.rollback', parameters: { level: 'L2', tools: 1 }, startMs: at(12) },
        { kind: 'operator.rollback', parameters: { level: 'L1' }, startMs: at(45) },
        { kind: 'operator.start-rollout', parameters: { image: 'v1.2' }, startMs: at(55) },
        { kind: 'operator.rollback', parameters: { level: 'L3' }, startMs: at(100) },
      ]),
      drawnFaults: {
        kinds: ['pod.kill', 'gateway.', 'nats.kill-node', 'link.delay'],
        most: 4,
        startMs: at(8),
        endMs: at(110),
      },
      goals: [
        goal('L1 was completed', 'rollback.completed', (event) => event.level === 'L1'),
        goal('L2 was completed', 'rollback.completed', (event) => event.level === 'L2'),
        goal('L3 was completed', 'rollback.completed', (event) => event.level === 'L3'),
      ],
    };
  },
};
