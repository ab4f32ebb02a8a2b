import { fixed, goal, minuteMs, parametersOf, type Scenario } from './scenario.ts';

/** Nearly all Defenders die at once, later all are replaced at once: a restart counts as a cold start (defender §3, timeline 7). */
export const clusterRestart: Scenario = {
  name: 'cluster-restart',
  summary: 'nearly all Defenders die at once, later all are replaced at once; single ones die in between',
  tags: ['faults', 'defender'],
  parameters: parametersOf(60),
  setUp({ minutes, defenders }) {
    const at = (minute: number): number => Math.round((minute / 60) * minutes * minuteMs);
    const most = { component: 'defender', colour: 'blue', count: Math.max(1, defenders - 3) };
    return {
      durationMs: minutes * minuteMs,
      bothColours: false,
      fixedFaults: fixed([
        { kind: 'pod.kill', parameters: most, startMs: at(15) },
        { kind: 'pod.kill', parameters: { ...most, count: 200, how: 'delete' }, startMs: at(40) },
      ]),
      drawnFaults: { kinds: ['pod.kill', 'pod.freeze'], most: 4, startMs: at(24), endMs: at(55) },
      goals: [
        goal('contexts processed', 'completion.acknowledged'),
        goal('a map after a restart', 'assignment.published', (event) => event.reason === 'restart', false),
      ],
    };
  },
};
