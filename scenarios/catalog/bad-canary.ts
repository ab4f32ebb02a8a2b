import { fixed, goal, minuteMs, parametersOf, type Scenario } from './scenario.ts';

/** A release whose collectors answer too slowly must be taken back by the gate. */
export const badCanary: Scenario = {
  name: 'bad-canary',
  summary: 'a release whose collectors answer too slowly must be taken back by the gate',
  tags: ['rollout', 'gates'],
  parameters: parametersOf(90),
  setUp({ minutes }) {
    const at = (minute: number): number => Math.round((minute / 90) * minutes * minuteMs);
    return {
      durationMs: minutes * minuteMs,
      bothColours: false,
      fixedFaults: fixed([
        { kind: 'operator.start-rollout', parameters: { image: 'v1.1-slow' }, startMs: at(5) },
        {
          kind: 'link.delay',
          parameters: { path: 'gateway-collector', colour: 'green', delayMs: 1500 },
          startMs: at(9),
          endMs: at(60),
        },
      ]),
      goals: [
        goal('a gate failed', 'gate.decided', (event) => event.decision === 'fail'),
        goal('the release was taken back', 'rollback.completed', (event) => event.level === 'L1'),
      ],
    };
  },
};
