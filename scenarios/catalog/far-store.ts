import { RandomStream } from '../../sim/kernel/index.ts';
import { fixed, goal, minuteMs, parametersOf, type Scenario } from './scenario.ts';

/** One way, added to every message: from what slows processing down to what lets no statement end in time. */
const delaysMs = [300, 800, 2000, 5000, 8000] as const;

/**
 * Defenders are updated and scaled down while the store is far away, so that they have work which may last longer than
 * their grace period (delivery R202, C29). The seed says how far.
 */
export const farStore: Scenario = {
  name: 'far-store',
  summary: 'Defenders end, one after the other, while the store is so far away that their work takes long',
  tags: ['faults', 'operations', 'defender'],
  parameters: parametersOf(25),
  setUp({ minutes, defenders }, seed) {
    const at = (minute: number): number => Math.round((minute / 25) * minutes * minuteMs);
    const delayMs = new RandomStream(seed, 'far-store', 'delay').pick(delaysMs);
    const pool = { deployment: 'defender-blue' };
    return {
      durationMs: minutes * minuteMs,
      bothColours: false,
      fixedFaults: fixed([
        {
          kind: 'link.delay',
          parameters: { path: 'defender-cassandra', colour: 'blue', delayMs },
          startMs: at(6),
          endMs: at(16),
        },
        { kind: 'operator.rolling-update', parameters: pool, startMs: at(9) },
        {
          kind: 'operator.scale',
          parameters: { ...pool, replicas: Math.ceil(defenders / 2) },
          startMs: at(13),
        },
        { kind: 'operator.scale', parameters: { ...pool, replicas: defenders }, startMs: at(18) },
      ]),
      goals: [
        goal('contexts processed', 'completion.acknowledged'),
        goal('an id was handed over', 'identity.claimed', (event) => event.inherited),
        goal('a Defender ended at work', 'drain.started', (event) => event.inFlight > 0, false),
      ],
    };
  },
};
