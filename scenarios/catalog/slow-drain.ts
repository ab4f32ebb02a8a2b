import { RandomStream } from '../../sim/kernel/index.ts';
import type { MomentTarget } from '../../chaos/planned-moment.ts';
import { fixed, goal, minuteMs, parametersOf, type Scenario } from './scenario.ts';

/** One way, added to every message: a context in work takes from ten seconds to longer than a drain may. */
const delaysMs = [3_000, 5_000, 8_000] as const;
const targets: readonly MomentTarget[] = ['follower', 'leader'];

/**
 * Defenders leave while the store is so far away that they drain for long, and at that moment others die: the map that
 * follows reaches members that are about to go (defender §7). The seed says how far, who dies and when.
 */
export const slowDrain: Scenario = {
  name: 'defender-slow-drain',
  summary:
    'Defenders die while others drain for long, so that a new map meets members which are about to leave',
  tags: ['faults', 'operations', 'defender'],
  parameters: parametersOf(25),
  setUp({ minutes, defenders }, seed) {
    const at = (minute: number): number => Math.round((minute / 25) * minutes * minuteMs);
    const random = new RandomStream(seed, 'slow-drain', 'case');
    const pool = { deployment: 'defender-blue' };
    const far = { path: 'defender-cassandra', colour: 'blue', delayMs: random.pick(delaysMs) };
    const death = (minute: number) => ({
      kind: 'pod.kill',
      parameters: { how: 'crash' },
      startMs: at(minute),
      at: {
        moment: 'drain.in-flight',
        occurrence: random.integer(1, 2),
        delayMs: random.pick([0, 500, 2_000]),
        target: random.pick(targets),
      },
    });
    return {
      durationMs: minutes * minuteMs,
      bothColours: false,
      fixedFaults: fixed([
        { kind: 'link.delay', parameters: far, startMs: at(6), endMs: at(18) },
        death(8),
        { kind: 'operator.rolling-update', parameters: pool, startMs: at(9) },
        death(13),
        {
          kind: 'operator.scale',
          parameters: { ...pool, replicas: Math.ceil(defenders / 2) },
          startMs: at(14),
        },
        { kind: 'operator.scale', parameters: { ...pool, replicas: defenders }, startMs: at(19) },
      ]),
      goals: [
        goal('contexts processed', 'completion.acknowledged'),
        goal('a Defender ended at work', 'drain.started', (event) => event.inFlight > 0),
        goal('a map after a crash', 'assignment.published', ({ reason }) => reason === 'crash'),
      ],
    };
  },
};
