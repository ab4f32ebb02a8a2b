import { fixed, goal, minuteMs, parametersOf, type Scenario } from './scenario.ts';

/** Leaders stand still, lose NATS and come back believing, while members die and join (defender §7, delivery F68). */
export const leaderChaos: Scenario = {
  name: 'leader-chaos',
  summary: 'leaders stand still or lose NATS and come back, while members die and join',
  tags: ['faults', 'defender'],
  parameters: parametersOf(60),
  setUp({ minutes, defenders }) {
    const at = (minute: number): number => Math.round((minute / 60) * minutes * minuteMs);
    const leader = { component: 'leader-defender', colour: 'blue' };
    const freeze = (minute: number, lengthMs: number) => ({
      kind: 'pod.freeze',
      parameters: { ...leader, count: 1 },
      startMs: at(minute),
      endMs: at(minute) + lengthMs,
    });
    const kill = (minute: number, count: number) => ({
      kind: 'pod.kill',
      parameters: { component: 'defender', colour: 'blue', count },
      startMs: at(minute),
    });
    return {
      durationMs: minutes * minuteMs,
      bothColours: false,
      fixedFaults: fixed([
        { kind: 'nats.kill-node', parameters: { colour: 'blue' }, startMs: at(8), endMs: at(8) + 30_000 },
        freeze(16, 18_000),
        kill(20, 1),
        freeze(26, 12_000),
        kill(31, 2),
        {
          kind: 'nats.client-cut',
          parameters: { ...leader, share: 1 },
          startMs: at(37),
          endMs: at(37) + 20_000,
        },
        {
          kind: 'operator.scale',
          parameters: { deployment: 'defender-blue', replicas: defenders + 2 },
          startMs: at(43),
        },
        kill(49, 1),
      ]),
      drawnFaults: { kinds: ['pod.kill', 'pod.freeze', 'nats.'], most: 4, startMs: at(22), endMs: at(54) },
      goals: [
        goal('contexts processed', 'completion.acknowledged'),
        goal('a leader was replaced', 'leader.elected', (event) => event.term > 1),
      ],
    };
  },
};
