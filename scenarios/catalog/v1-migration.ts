import { fixed, goal, minuteMs, parametersOf, type Scenario } from './scenario.ts';

/** Stages of a rollout move tools from V1 on Kafka to V2 on JetStream, a rollback moves them back, a second try stays. */
export const v1Migration: Scenario = {
  name: 'v1-migration',
  summary: 'tools move from V1 on Kafka to V2 on JetStream, back, and over again',
  tags: ['v1', 'rollout', 'rollback'],
  parameters: parametersOf(185),
  setUp({ minutes }) {
    const at = (minute: number): number => Math.round((minute / 185) * minutes * minuteMs);
    return {
      durationMs: minutes * minuteMs,
      bothColours: false,
      v1: { colour: 'blue', brokers: 3, partitions: 24 },
      fixedFaults: fixed([
        { kind: 'operator.start-rollout', parameters: { image: 'v2.0' }, startMs: at(6) },
        { kind: 'operator.rollback', parameters: { level: 'L1' }, startMs: at(44) },
        { kind: 'operator.start-rollout', parameters: { image: 'v2.1' }, startMs: at(50) },
      ]),
      goals: [
        goal('V1 held partitions', 'partitions.held', (event) => event.partitions.length > 0),
        goal('V1 processed contexts', 'completion.acknowledged', (event) => event.colour === 'blue'),
        goal('V2 processed contexts', 'completion.acknowledged', (event) => event.colour === 'green'),
        goal('tools came back to V1', 'rollback.completed', (event) => event.level === 'L1'),
        goal('V2 was promoted', 'rollout.promoted'),
      ],
    };
  },
};
