import { fixed, goal, minuteMs, parametersOf, type Scenario } from './scenario.ts';

/** A gateway is cut off from Management while a rollback is ordered: it keeps its list and is named. */
export const gatewayCut: Scenario = {
  name: 'gateway-cut',
  summary: 'a gateway is cut off from Management while a rollback is ordered: it keeps its list and is named',
  tags: ['rollout', 'rollback', 'faults'],
  parameters: parametersOf(60),
  setUp({ minutes }) {
    const at = (minute: number): number => Math.round((minute / 60) * minutes * minuteMs);
    return {
      durationMs: minutes * minuteMs,
      bothColours: false,
      fixedFaults: fixed([
        { kind: 'operator.start-rollout', parameters: { image: 'v1.1' }, startMs: at(5) },
        { kind: 'gateway.cut-management', parameters: { count: 1 }, startMs: at(20), endMs: at(26) },
        { kind: 'operator.rollback', parameters: { level: 'L1' }, startMs: at(22) },
      ]),
      goals: [
        goal(
          'a gateway was named missing',
          'rollback.completed',
          (event) => event.missingGateways.length > 0,
        ),
        goal('a gateway raised the alarm of a stale list', 'routing.stale'),
        goal(
          'the rollback was completed everywhere',
          'rollback.completed',
          (event) => event.missingGateways.length === 0,
        ),
      ],
    };
  },
};
